"""A checkpoint is read as it was written; one that is not there or damaged is refused in a sentence."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.fitting import Epoch
from edgewright_train.fitting.supervising.checkpoint import Checkpoint, CheckpointFolder

FIRST = Epoch("head", 1, 0.9, 0.5, 0.8, 0.6, 0.001, 1.5)
SECOND = replace(FIRST, epoch=2, loss=0.7)
CHECKPOINT = Checkpoint(
    made_from={"seed": 3, "recipe": {"alpha": 0.35}},
    phase="head",
    stopped=False,
    epochs=(FIRST, SECOND),
    variables=(np.arange(6, dtype=np.float32).reshape(2, 3), np.array([1, 2], np.uint32)),
    optimizer=(np.array(7, np.int64),),
    callbacks=({"best": float("inf"), "_waited": 2, "losses": [0.5, 0.25]}, {}),
    arrays={"0/_weights": tuple(np.full((2,), number, np.float32) for number in range(11))},
)


def test_it_comes_back_as_it_was_saved(tmp_path):
    folder = CheckpointFolder(tmp_path)
    assert not folder.exists()
    folder.save(CHECKPOINT)
    assert folder.exists()
    loaded = folder.load()
    for name in ("made_from", "phase", "stopped", "epochs", "callbacks"):
        assert getattr(loaded, name) == getattr(CHECKPOINT, name)
    pairs = [(loaded.variables, CHECKPOINT.variables), (loaded.optimizer, CHECKPOINT.optimizer)]
    for found, saved in [*pairs, (loaded.arrays["0/_weights"], CHECKPOINT.arrays["0/_weights"])]:
        for one, two in zip(found, saved, strict=True):
            assert one.dtype == two.dtype
            np.testing.assert_array_equal(one, two)
    assert (loaded.epoch, loaded.described()) == (2, "epoch 2 of phase head")


def test_history_grows_beside_it_and_nothing_temporary_stays(tmp_path):
    folder = CheckpointFolder(tmp_path)
    for epochs in ((FIRST,), (FIRST, SECOND)):
        folder.save(replace(CHECKPOINT, epochs=epochs))
        rows = list(csv.DictReader((folder.path / "history.csv").read_text().splitlines()))
        assert [(row["epoch"], float(row["loss"])) for row in rows] == [(str(each.epoch), each.loss) for each in epochs]
    assert {path.name for path in folder.path.iterdir()} == {"training.npz", "history.csv"}


def test_none_is_refused(tmp_path):
    with pytest.raises(EdgewrightError, match="There is no unfinished training in"):
        CheckpointFolder(tmp_path).load()


@pytest.mark.parametrize("damage", ["cut off", "empty", "other", "a bit"])
def test_damaged_file_is_refused_with_what_to_do(tmp_path, damage):
    folder = CheckpointFolder(tmp_path)
    folder.save(CHECKPOINT)
    path = folder.path / "training.npz"
    content = bytearray(path.read_bytes())
    content[content.index(b'"phase"') + 3] ^= 1
    path.write_bytes({"cut off": path.read_bytes()[:700], "empty": b"", "other": b"x" * 99, "a bit": content}[damage])
    with pytest.raises(EdgewrightError, match=r"is damaged \(.*\); train again without --resume"):
        folder.load()


def test_removed_it_is_gone_with_all_beside_it(tmp_path):
    folder = CheckpointFolder(tmp_path)
    folder.remove()
    folder.save(CHECKPOINT)
    folder.logs.mkdir()
    folder.remove()
    assert not folder.path.exists()
