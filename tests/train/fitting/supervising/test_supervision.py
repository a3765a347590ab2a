"""A phase that was interrupted goes on as one that was not: the same weights, the same history."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from edgewright_train.fitting.phases import fit
from edgewright_train.fitting.supervising.checkpoint import CheckpointFolder
from edgewright_train.fitting.supervising.interruption import TrainingInterrupted
from edgewright_train.fitting.supervising.supervision import Supervision

from ....listening import Listening
from ...tiny import tiny_network

pytestmark = pytest.mark.numeric


class Interrupting(Listening):
    """A reporter that somebody interrupts where a line begins with a text."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at

    def line(self, text: str) -> None:
        super().line(text)
        if text.startswith(self._at):
            raise TrainingInterrupted("Interrupted", exit_status=130)


@pytest.fixture(scope="module")
def recipe(small_recipe):
    """Five epochs in each phase, with every state that there is: dropout, moments, a plateau, a best epoch."""
    recipe = small_recipe.with_epochs(5, 5)
    return replace(
        recipe,
        head_phase=replace(recipe.head_phase, early_stopping_patience=3),
        fine_tune=replace(recipe.fine_tune, learning_rate=0.05, plateau_patience=1, early_stopping_patience=4),
    )


def trained(pixels, recipe, supervision, *, from_scratch: bool = False):
    network = tiny_network()
    found = fit(network, pixels, recipe=recipe, from_scratch=from_scratch, seed=3, supervision=supervision)
    supervision.end()
    return network.model.get_weights(), [replace(epoch, seconds=0.0) for epoch in found.epochs]


@pytest.fixture(scope="module")
def uninterrupted(colour_pixels, recipe):
    """A function: weights and history of a training in two phases, or from scratch, that nobody interrupts."""

    @cache
    def end(from_scratch):
        return trained(colour_pixels, recipe, Supervision(), from_scratch=from_scratch)

    return end


@pytest.mark.parametrize(
    ("at", "from_scratch"),
    [
        ("head 1/", False),
        ("head 3/", False),
        ("fine tune 1/", False),
        ("fine tune 3/", False),
        ("from scratch 4/", True),
    ],
)
def test_interrupted_and_gone_on_with_it_ends_as_without(
    uninterrupted, colour_pixels, recipe, tmp_path, at, from_scratch
):
    wanted, history = uninterrupted(from_scratch)
    folder = CheckpointFolder(tmp_path)
    with pytest.raises(TrainingInterrupted):
        trained(colour_pixels, recipe, Supervision(Interrupting(at), folder=folder), from_scratch=from_scratch)
    # The line is said before the epoch is written down: of the first one nothing is kept.
    unfinished = folder.load() if folder.exists() else None
    assert (unfinished is None) == (at == "head 1/")
    going_on = Supervision(folder=folder, unfinished=unfinished)
    weights, found = trained(colour_pixels, recipe, going_on, from_scratch=from_scratch)
    assert found == history
    for one, two in zip(weights, wanted, strict=True):
        np.testing.assert_array_equal(one, two)


def test_older_checkpoint_is_there_until_there_is_one_to_take_its_place(colour_pixels, recipe, tmp_path):
    folder = CheckpointFolder(tmp_path)
    trained(colour_pixels, recipe.with_epochs(2, 0), Supervision(folder=folder))
    with pytest.raises(TrainingInterrupted):
        trained(colour_pixels, recipe, Supervision(Interrupting("head 1/"), folder=folder))
    assert folder.load().epoch == 2
    with pytest.raises(TrainingInterrupted):
        trained(colour_pixels, recipe, Supervision(Interrupting("head 2/"), folder=folder))
    assert folder.load().epoch == 1
    assert len(list((folder.logs / "train").iterdir())) == 1


def test_phase_that_had_stopped_is_not_trained_further(colour_pixels, recipe, tmp_path):
    folder, listening = CheckpointFolder(tmp_path), Listening()
    wanted, history = trained(colour_pixels, recipe, Supervision(folder=folder))
    again, found = trained(colour_pixels, recipe, Supervision(listening, folder=folder, unfinished=folder.load()))
    assert found == history
    assert not [line for line in listening.lines if "val_loss" in line]
    for one, two in zip(again, wanted, strict=True):
        np.testing.assert_array_equal(one, two)


def test_seconds_of_the_interrupted_process_count_too(colour_pixels, recipe, tmp_path):
    folder = CheckpointFolder(tmp_path)
    with pytest.raises(TrainingInterrupted):
        trained(colour_pixels, recipe, Supervision(Interrupting("fine tune 2/"), folder=folder))
    before = folder.load()
    assert before.seconds.keys() == {"head", "fine_tune", "all"}
    before = replace(before, seconds={"head": 1000.0, "fine_tune": 2000.0, "all": 4000.0})
    network = tiny_network()
    found = fit(
        network, colour_pixels, recipe=recipe, from_scratch=False, seed=3, supervision=Supervision(unfinished=before)
    )
    assert 1000 <= found.seconds["head"] < found.seconds["fine_tune"] - 1000


def test_interrupted_the_network_has_the_best_weights_so_far(colour_pixels, recipe, tmp_path):
    recipe = replace(recipe, fine_tune=replace(recipe.fine_tune, learning_rate=1.0))  # which only harms
    head_only, _ = trained(colour_pixels, recipe.with_epochs(5, 0), Supervision())
    network = tiny_network()
    supervision = Supervision(Interrupting("fine tune 2/"), folder=CheckpointFolder(tmp_path))
    with pytest.raises(TrainingInterrupted):
        fit(network, colour_pixels, recipe=recipe, from_scratch=False, seed=3, supervision=supervision)
    for one, two in zip(network.model.get_weights(), head_only, strict=True):
        np.testing.assert_array_equal(one, two)
