"""Two processes that train together end with what one ends with; and whatever ends one of them ends the other."""

import csv
import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

from ..painted import paint
from .test_command import MAIN

# Batches of 5: the last of an epoch has 4 images, the last of the validation split 1, of which one worker has none.
RECIPE = """base = "banana-tuned"
backbone = "small_cnn"
input_size = 32
batch_size = 5
balance = "class_weights"
[head]
dropout = 0
[head_phase]
views = 1
[fine_tune]
learning_rate = 0.01
unfreeze_layers = 12
"""
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]  # a busy machine is not a fault


@pytest.fixture(scope="module")
def given(tmp_path_factory, colours, small_cnn_weights):
    recipe = tmp_path_factory.mktemp("recipe") / "small.toml"
    recipe.write_text(RECIPE)
    return ["train", colours, "--recipe", recipe, "--weights", small_cnn_weights, "--epochs", "2,3", "--seed", 4]


def worker(place, addresses, given, out, *more, wait_s=300):
    """A process of the cluster at these addresses, started."""
    cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": place}}
    environment = {
        **os.environ,
        "TF_CONFIG": json.dumps(cluster),
        "EDGEWRIGHT_WAIT_FOR_WORKERS": str(wait_s),
        "EDGEWRIGHT_DEBUG": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    return started(given, out, *more, environment=environment)


def started(given, out, *more, environment=None):
    command = [sys.executable, "-c", MAIN, *map(str, given), "--out", str(out), *map(str, more)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def addresses(count=2):
    """Addresses of this machine that nothing listens at."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    found = [f"localhost:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return found


def ended(process):
    output, errors = process.communicate(timeout=1200)
    return process.returncode, output, errors


@pytest.fixture(scope="module")
def alone(tmp_path_factory, given):
    """A run folder that one process made."""
    out = tmp_path_factory.mktemp("alone") / "run"
    status, _, errors = ended(started(given, out))
    assert status == 0, errors
    return out


def assert_alike(out, alone):
    """The same splits, and history and weights but for what sums in another order come to."""
    assert (out / "splits.csv").read_text() == (alone / "splits.csv").read_text()
    histories = [list(csv.DictReader((run / "history.csv").read_text().splitlines())) for run in (out, alone)]
    assert [(row["phase"], row["epoch"]) for row in histories[0]] == [
        (row["phase"], row["epoch"]) for row in histories[1]
    ]
    for one, other in zip(*histories, strict=True):
        for name in ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate"):
            assert float(one[name]) == pytest.approx(float(other[name]), abs=0.01), (name, one, other)
    models = [keras.models.load_model(run / "model.keras").get_weights() for run in (out, alone)]
    for one, other in zip(*models, strict=True):
        np.testing.assert_allclose(one, other, atol=0.02)


def test_two_workers_end_with_what_one_ends_with_and_the_chief_writes_it(given, alone, tmp_path):
    where = addresses()
    chief, other = (worker(place, where, given, tmp_path / str(place)) for place in range(2))
    status, output, errors = ended(chief)
    assert status == 0, errors
    assert f"Run folder: {tmp_path / '0'}" in output
    assert_alike(tmp_path / "0", alone)
    assert not list((tmp_path / "0").glob(".*"))
    status, output, errors = ended(other)
    assert status == 0, errors
    assert not output
    assert errors.endswith(f"Worker 2 of 2 has ended well; the chief, {where[0]}, has written.\n")
    assert not (tmp_path / "1").exists()


def test_killed_worker_ends_the_chief_and_both_go_on_from_the_chiefs_checkpoint(given, alone, tmp_path):
    where = addresses()
    chief, other = (worker(place, where, given, tmp_path / str(place)) for place in range(2))
    for line in other.stderr:
        if "fine tune 1/3" in line:
            other.kill()
    other.communicate()
    status, _, errors = ended(chief)
    assert status == 2
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("Error: Worker 1 of 2 has lost another one of the training")
    where = addresses()
    # The checkpoint is in the chief's folder only, and the chief alone is told to go on.
    chief = worker(0, where, given, tmp_path / "0", "--resume")
    other = worker(1, where, given, tmp_path / "1")
    status, _, errors = ended(chief)
    assert status == 0, errors
    assert "Going on after epoch " in errors
    assert "head 1/2" not in errors
    assert ended(other)[0] == 0
    assert_alike(tmp_path / "0", alone)


def test_worker_with_other_images_or_options_is_told_so_and_ends_the_chief(given, tmp_path):
    where = addresses()
    chief = worker(0, where, given, tmp_path / "0")
    images = paint(tmp_path / "other", per_class=13)
    other = worker(1, where, [given[0], images, *given[2:]], tmp_path / "1", "--seed", 5)
    status, _, errors = ended(other)
    assert status == 2
    assert (
        "Worker 2 of 2 was given something else than the chief (the data set has other files, labels or splits, "
        in errors
    )
    assert "seed: 5 given, 4 at the chief" in errors
    status, _, errors = ended(chief)
    assert status == 2
    assert errors.splitlines()[-1] == (
        f"Error: Worker 1 of 2 ends, for worker 2 ({where[1]}) has ended; its own last line says why"
    )


def test_worker_whose_images_are_bad_ends_the_chief(given, tmp_path):
    where = addresses()
    chief = worker(0, where, given, tmp_path / "0")
    status, _, errors = ended(worker(1, where, [given[0], tmp_path / "none", *given[2:]], tmp_path / "1"))
    assert status == 2
    assert f"There is no data set at {tmp_path / 'none'}" in errors
    status, _, errors = ended(chief)
    assert status == 2
    assert f"for worker 2 ({where[1]}) has ended" in errors.splitlines()[-1]


def test_worker_that_waits_in_vain_says_for_whom(given, tmp_path):
    where = addresses()
    waiting = (
        worker(0, where, given, tmp_path, wait_s=1),
        worker(1, addresses(), given, tmp_path, wait_s=1),
    )
    for process, whom in zip(waiting, (where[1], "the chief, localhost:"), strict=True):
        status, _, errors = ended(process)
        assert status == 2
        assert "has waited 1 s for the others (" in errors.splitlines()[-1]
        assert whom in errors.splitlines()[-1]


def test_taken_address_of_the_chief_is_one_sentence(given, tmp_path):
    with socket.create_server(("", 0)) as taken:
        where = [f"localhost:{taken.getsockname()[1]}", *addresses(1)]
        status, _, errors = ended(worker(0, where, given, tmp_path / "run"))
    assert status == 2
    assert errors.startswith(f"Error: Worker 1 of 2 cannot listen at {where[0]} (")
