"""A training that is killed or interrupted, in a process of its own, goes on and ends as if nothing had been."""

import csv
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train import TrainOptions, train

from ..painted import paint
from .test_command import MAIN, NO_TENSORFLOW, edgewright, snapshot

RECIPE = """base = "banana-tuned"
backbone = "small_cnn"
alpha = 0.5
input_size = 32
batch_size = 8
[head_phase]
views = 1
[fine_tune]
unfreeze_layers = 4
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory, colours, small_cnn_weights):
    """What every training here is given, but for its run folder."""
    recipe = tmp_path_factory.mktemp("recipe") / "small.toml"
    recipe.write_text(RECIPE)
    return [
        "train", colours, "--recipe", recipe, "--weights", small_cnn_weights, "--epochs", "4,3", "--seed", 4,
        "--deterministic",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory, given):
    """A run folder whose training nobody interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    result = edgewright(*given, "--out", out)
    assert result.returncode == 0, result.stderr
    return out


def ended(given, out: Path, *, at: str, by: int, more: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Starts the training and sends a signal at the first line with that text; the status and all lines."""
    command = [sys.executable, "-c", MAIN, *map(str, given), "--out", str(out), *more]
    environment = {**os.environ, "EDGEWRIGHT_DEBUG": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    lines, sent = [], False
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.rstrip())
            if at in line and not sent:
                process.send_signal(by)
                sent = True
    assert sent, lines
    return process.returncode, lines


def history(out: Path) -> list[dict[str, str]]:
    rows = list(csv.DictReader((out / "history.csv").read_text().splitlines()))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def assert_same(out: Path, whole: Path) -> None:
    assert history(out) == history(whole)
    models = [keras.models.load_model(run / "model.keras").get_weights() for run in (out, whole)]
    for one, two in zip(*models, strict=True):
        np.testing.assert_array_equal(one, two)


def test_killed_in_fine_tuning_it_goes_on_to_the_same_weights(given, whole, tmp_path):
    out = tmp_path / "run"
    status, _ = ended(given, out, at="fine tune 2/3", by=signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert [row["phase"] for row in history(out / ".checkpoint")][:5] == ["head"] * 4 + ["fine_tune"]
    assert list((out / ".checkpoint" / "logs" / "train").iterdir())
    (out / ".partial-train-x").mkdir()  # as one leaves that is killed while it publishes
    result = edgewright(*given, "--out", out, "--resume")
    assert result.returncode == 0, result.stderr
    assert "Going on after epoch " in result.stderr
    assert "head 1/4" not in result.stderr
    assert_same(out, whole)
    assert not list(out.glob(".*"))
    assert len(list((out / "logs" / "train").iterdir())) == 2  # of before and after


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, given):
    """A run folder whose training was interrupted by Ctrl-C in the head phase, and how that ended. Read only."""
    out = tmp_path_factory.mktemp("interrupted") / "run"
    return out, *ended(given, out, at="head 3/4", by=signal.SIGINT)


def test_ctrl_c_ends_in_one_line_that_says_how_to_go_on(interrupted, given):
    out, status, lines = interrupted
    assert status == 130
    assert not [line for line in lines if "Traceback" in line]
    last = lines[-1]
    assert last.startswith("Interrupted; the training is kept up to epoch ")
    assert f"the best weights so far are {out / '.checkpoint' / 'best.keras'}. " in last
    assert last.endswith(f"Go on with: edgewright {' '.join(map(str, given))} --out {out} --resume")
    assert keras.models.load_model(out / ".checkpoint" / "best.keras").output_shape == (None, 3)


def test_ctrl_c_in_a_comparison_says_how_to_go_on_too(colours, tmp_path):
    compared = ["train", colours, "--recipe", "digits", "--epochs", "0,3", "--compare", "small_cnn,mobilenet_v2:0.35"]
    status, lines = ended(compared, tmp_path / "which", at="from scratch 2/3", by=signal.SIGINT)
    assert status == 130
    assert lines[-1].endswith(
        f"Go on with: edgewright {' '.join(map(str, compared))} --out {tmp_path / 'which'} --resume"
    )


def test_after_ctrl_c_it_goes_on_to_the_same_weights(interrupted, given, whole, tmp_path):
    out = shutil.copytree(interrupted[0], tmp_path / "run")
    assert edgewright(*given, "--out", out, "--resume").returncode == 0
    assert_same(out, whole)


def test_sigterm_before_the_first_epoch_ends_in_one_line(given, tmp_path):
    status, lines = ended(given, tmp_path / "run", at="36 images", by=signal.SIGTERM)
    assert status == 143
    assert lines[1:] == ["Interrupted before the first epoch had ended; nothing is kept."]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["--seed", "5"], "seed: 5 given, 4 there"),
        (["--epochs", "4,4"], "fine_tune.epochs: 4 given, 3 there"),
        (["--weights", "none"], "the weights have another content"),
        (["--recipe", "digits"], " more)"),
    ],
)
def test_other_options_are_refused_and_the_checkpoint_stays(interrupted, given, change, sentence):
    out = interrupted[0]
    before = snapshot(out)
    result = edgewright(*given, *change, "--out", out, "--resume")
    assert result.returncode == 2
    assert f"The interrupted training in {out} was made from something else (" in result.stderr
    assert sentence in result.stderr
    assert snapshot(out) == before


def test_other_data_are_refused(interrupted, given, tmp_path):
    given = [given[0], paint(tmp_path / "other", per_class=13), *given[2:]]
    result = edgewright(*given, "--out", interrupted[0], "--resume")
    assert result.returncode == 2
    assert "the data set has other files, labels or splits" in result.stderr


def test_without_a_checkpoint_it_says_so_before_any_work(given, tmp_path):
    result = edgewright(*given, "--out", tmp_path / "run", "--resume", before=NO_TENSORFLOW)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: There is no unfinished training in {tmp_path / 'run'}; ")
    assert result.stderr.count("\n") == 1


def test_finished_run_has_nothing_left_to_do(given, whole):
    result = edgewright(*given, "--out", whole, "--resume", before=NO_TENSORFLOW)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{whole} is up to date: trained on ")


def test_finished_run_of_something_else_is_refused(given, whole):
    result = edgewright(*given, "--seed", 5, "--out", whole, "--resume", before=NO_TENSORFLOW)
    assert result.returncode == 2
    assert "seed: 5 given, 4 in the run" in result.stderr


def test_in_python_a_finished_run_is_refused(colours, whole):
    with pytest.raises(EdgewrightError, match="There is no unfinished training in"):
        train(colours, whole, TrainOptions("flowers"), resume=True)


def test_training_that_would_replace_an_interrupted_one_says_so(interrupted, given, tmp_path):
    out = shutil.copytree(interrupted[0], tmp_path / "run")
    status, lines = ended(given, out, at="36 images", by=signal.SIGINT)
    assert status == 130
    assert lines[0].startswith(f"Note: {out} holds an interrupted training, which this one replaces")
    assert "the training is kept up to epoch " in lines[-1]
