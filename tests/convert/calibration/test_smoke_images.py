from __future__ import annotations

import numpy as np

from edgewright_convert.calibration.smoke_images import SIZE, read_smoke_images
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import read_splits, rows_of, write_splits


def test_training_images_spread_over_the_list_are_read(editable_run):
    contract = Preprocessing.load(editable_run.preprocessing)
    found = read_smoke_images(editable_run, contract)
    assert found.pixels.shape == (SIZE, 32, 32, 3)
    assert found.notes == ()
    rows = rows_of(read_splits(editable_run.splits), "train")
    assert np.array_equal(found.pixels[0], contract.apply(rows[0].path))
    last = next(n for n, row in enumerate(rows) if np.array_equal(found.pixels[-1], contract.apply(row.path)))
    assert last > len(rows) * 0.8


def test_images_that_are_not_at_hand_are_replaced_by_one_black_one_with_a_note(editable_run):
    editable_run.splits.unlink()
    found = read_smoke_images(editable_run, Preprocessing.load(editable_run.preprocessing))
    assert found.pixels.shape == (1, 32, 32, 3)
    assert not found.pixels.any()
    assert found.notes[0].startswith("not tried on real images: ")


def test_run_without_training_images_says_so(editable_run):
    write_splits(editable_run.splits, rows_of(read_splits(editable_run.splits), "test"))
    found = read_smoke_images(editable_run, Preprocessing.load(editable_run.preprocessing))
    assert "has no training image" in found.notes[0]
