from __future__ import annotations

import numpy as np

from edgewright_convert.calibration.representative_dataset import (
    read_representative_dataset,
)
from edgewright_convert.calibration.validation_images import read_validation_images
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import read_labels


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
