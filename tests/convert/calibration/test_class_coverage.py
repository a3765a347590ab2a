"""Classes that the float model names among images without labels."""

from pathlib import Path

import numpy as np

from edgewright_convert.calibration.class_coverage import coverage_of


def test_classes_without_a_winner_are_counted():
    outputs = np.eye(5, dtype=np.float32)[[0, 2, 2, 0]]
    found = coverage_of(Path("photos"), outputs)
    assert found.notes == (
        "the 4 images of photos make the float model name 2 of 5 classes; INT8 ranges may be too narrow for the others",
    )
    assert found.as_options() == {"named": 2, "classes": 5}


def test_nothing_is_said_where_every_class_is_named():
    assert coverage_of(Path("photos"), np.eye(3, dtype=np.float32)).notes == ()
