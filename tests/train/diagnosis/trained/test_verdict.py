"""What a training leaves behind tells what was wrong with it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.diagnosis import FILE_NAME, Finding, read_diagnosis
from edgewright_train.diagnosis.trained import answers, curves, head, probes
from edgewright_train.diagnosis.trained.seen import HeadWeights, HeldOut, TrainingSeen
from edgewright_train.fitting import Epoch
from edgewright_train.recipes import Recipe

NAMES = ("a", "b", "c")


def epochs(phase: str, *rows: tuple[float, float, float, float]) -> tuple[Epoch, ...]:
    return tuple(Epoch(phase, number, *row, 0.01, 1.0) for number, row in enumerate(rows, 1))


SOUND = epochs("head", (0.9, 0.7, 0.8, 0.7), (0.4, 0.9, 0.45, 0.88), (0.3, 0.92, 0.4, 0.9))


def held_out(count: int = 90, *, right: float = 0.98, seed: int = 0) -> HeldOut:
    """Answers of which so many are right, on features that tell the classes apart."""
    generator = np.random.default_rng(seed)
    classes = np.arange(count) % 3
    features = np.eye(3)[classes] * 4 + generator.normal(0, 0.5, (count, 3))
    said = np.where(generator.random(count) < right, classes, (classes + 1) % 3)
    probabilities = 0.9 * np.eye(3)[said] + 0.1 / 3
    return HeldOut(
        probabilities.astype(np.float32), classes, features.astype(np.float32), [f"{n}.png" for n in range(count)]
    )


@pytest.fixture
def sound(small_recipe: Recipe) -> TrainingSeen:
    kernel = np.ones((3, 3), np.float32)
    weights = HeadWeights([kernel, kernel[0]], [2 * kernel, kernel[0]], trainable=2, silent={"dense_1": 0.2})
    both = {"val": held_out(), "test": held_out(seed=1)}
    return TrainingSeen(small_recipe, NAMES, SOUND, 200, both, weights)


LOOKS: tuple[Callable[[TrainingSeen], Iterator[Finding]], ...] = (
    curves.overfitting, curves.underfitting, curves.learning_rate_by_history, head.frozen_head, head.dead_head,
    probes.below_probe, probes.label_noise_held_out,
)  # fmt: skip


def codes(seen: TrainingSeen) -> list[str]:
    return [finding.code for look in LOOKS for finding in look(seen)]


def test_sound_training_needs_no_word(sound):
    assert codes(sound) == []


def with_epochs(seen: TrainingSeen, history: Sequence[Epoch]) -> TrainingSeen:
    return replace(seen, epochs=history)


def test_training_images_known_by_heart_are_told(sound):
    assert codes(with_epochs(sound, epochs("head", (0.01, 1.0, 0.9, 0.7)))) == ["overfitting"]


def test_gap_that_chance_may_have_made_is_not_told(sound):
    assert codes(with_epochs(sound, epochs("head", (0.1, 0.98, 0.4, 0.9)))) == []


def test_training_images_that_were_not_learned_are_told(sound):
    assert codes(with_epochs(sound, epochs("head", (1.09, 0.35, 1.09, 0.36)))) == ["underfitting"]


def test_loss_above_that_of_guessing_is_a_rate_too_high(sound):
    history = epochs("head", (40.0, 0.8, 20.0, 0.8), (15.0, 0.85, 12.0, 0.8), (9.0, 0.88, 8.0, 0.85))
    assert codes(with_epochs(sound, history)) == ["learning_rate_too_high"]


def test_fine_tuning_that_undoes_the_head_has_a_rate_too_high(sound):
    ruined = epochs("fine_tune", (1.3, 0.4, 1.5, 0.33), (1.2, 0.35, 1.3, 0.33))
    assert codes(with_epochs(sound, SOUND + ruined)) == ["learning_rate_too_high"]
    better = epochs("fine_tune", (0.35, 0.9, 0.4, 0.9), (0.2, 0.95, 0.35, 0.92))
    assert codes(with_epochs(sound, SOUND + better)) == []


def test_head_without_a_trainable_weight_is_frozen(sound):
    weights = replace(sound.head, before=sound.head.after, trainable=0)
    assert codes(replace(sound, head=weights)) == ["frozen_head"]


def test_head_that_has_not_moved_had_too_low_a_rate(sound):
    assert codes(replace(sound, head=replace(sound.head, before=sound.head.after))) == ["learning_rate_too_low"]


def test_silent_units_are_dead(sound):
    assert codes(replace(sound, head=replace(sound.head, silent={"dense_1": 0.9}))) == ["dead_units"]


def test_head_that_makes_less_of_features_than_a_probe_is_told(sound):
    weak = {"val": held_out(right=0.7), "test": held_out(right=0.7, seed=1)}
    assert codes(replace(sound, held_out=weak)) == ["below_linear_probe"]


def test_one_answer_for_all_images_is_a_dead_head():
    probabilities = np.tile(np.array([0.4, 0.3, 0.3], np.float32), (30, 1))
    (finding,) = answers.one_answer(probabilities, np.arange(30) % 3, NAMES)
    assert finding.code == "dead_head"


def test_finished_training_leaves_its_diagnosis_in_the_run_folder(head_run: Path):
    diagnosis = read_diagnosis(head_run / FILE_NAME)
    assert diagnosis.left_out == ()
    # Three classes of twelve images are few indeed.
    assert {each.code for each in diagnosis.findings} >= {"class_too_small", "validation_too_small"}
    assert "What the doctor says" in (head_run / "report.html").read_text()


def test_training_that_diverges_leaves_its_diagnosis(colours, small_recipe, backbone_weights, tmp_path):
    from edgewright_train.options import TrainOptions
    from edgewright_train.pipeline import train_run

    phase = replace(small_recipe.head_phase, learning_rate=1e9)
    with pytest.raises(EdgewrightError, match="diverged"):
        train_run(
            colours,
            tmp_path / "run",
            TrainOptions(replace(small_recipe, head_phase=phase), weights=str(backbone_weights)),
        )
    codes = [each.code for each in read_diagnosis(tmp_path / "run" / FILE_NAME).findings]
    assert codes == ["diverged", "learning_rate_too_high"]
