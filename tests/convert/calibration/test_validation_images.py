from __future__ import annotations

import numpy as np

from edgewright_convert.calibration.limits import MOST_VALIDATION_IMAGES
from edgewright_convert.calibration.representative_dataset import (
    read_representative_dataset,
)
from edgewright_convert.calibration.validation_images import read_validation_images
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.splits import read_splits, rows_of


def dataset_of(run, **options):
    return read_representative_dataset(
        run, Preprocessing.load(run.preprocessing), read_labels(run.labels), **{"size": 40, **options}
    )


def test_validation_images_are_not_in_the_read_representative_dataset(editable_run):
    contract, found = Preprocessing.load(editable_run.preprocessing), dataset_of(editable_run, store=True)
    validation = read_validation_images(editable_run, contract, found, store=True)
    again = read_validation_images(editable_run, contract, found, store=True)
    assert "stored in cache/validation-" in validation.notes[0]
    assert "taken from cache/validation-" in again.notes[0]
    assert np.array_equal(validation.pixels, again.pixels)
    calibrated = {image.tobytes() for image in found.pixels}
    assert calibrated.isdisjoint(image.tobytes() for image in again.pixels)


def validation_of(run, folder):
    return read_validation_images(run, Preprocessing.load(run.preprocessing), dataset_of(run, calibrate=folder))


def test_run_without_splits_has_those_that_are_held_back(bare_run, photographs):
    assert validation_of(bare_run, photographs(30)).pixels.shape == (10, 32, 32, 3)


def test_there_may_be_none(bare_run, photographs):
    found = validation_of(bare_run, photographs(20))
    assert found.pixels.shape == (0, 32, 32, 3)
    assert found.pixels.dtype == np.uint8


def test_run_with_splits_has_its_own_beside_unlabelled_images(editable_run, photographs):
    rows = read_splits(editable_run.splits)
    own = len(rows_of(rows, "val")) + len(rows_of(rows, "train"))
    assert len(validation_of(editable_run, photographs(30)).pixels) == min(MOST_VALIDATION_IMAGES, own)
