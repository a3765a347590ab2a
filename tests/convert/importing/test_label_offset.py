"""Labels and outputs that are not one to one."""

import pytest

from edgewright_convert.importing.label_offset import labels_of_outputs
from edgewright_runtime.errors import EdgewrightError


@pytest.mark.parametrize(
    ("offset", "outputs", "expected"),
    [
        (0, 3, ("a", "b", "c")),
        (1, 4, ("background", "a", "b", "c")),
        (-1, 2, ("b", "c")),
        (0, 4, ("a", "b", "c", "background 3")),
    ],
)
def test_outputs_without_a_label_are_background(offset, outputs, expected):
    assert labels_of_outputs(["a", "b", "c"], offset, outputs, where="model.tflite") == expected


@pytest.mark.parametrize(("outputs", "said"), [(3, "1 would have none"), (1001, "most of them without a name")])
def test_labels_of_another_model_are_refused(outputs, said):
    with pytest.raises(EdgewrightError, match=said):
        labels_of_outputs(["a", "b", "c"], 1, outputs, where="model.tflite")
