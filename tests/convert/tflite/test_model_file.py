from __future__ import annotations

import pytest

from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.errors import EdgewrightError


@pytest.mark.parametrize("data", [b"", b"TFL3", b"0000TFL3" + bytes(40), b"\x10\x00\x00\x00TFL3\xff\xff\xff\xff" * 4])
def test_other_bytes_are_no_tflite_file(data):
    with pytest.raises(EdgewrightError, match=r"no \.tflite file"):
        read_tflite(data)


def test_operators_tensors_and_ends_of_a_file_are_read(converted_run):
    file = read_tflite((converted_run / "tflite/model_int8.tflite").read_bytes())
    assert {"CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= {operator.name for operator in file.operators}
    assert not any(operator.custom for operator in file.operators)
    (pixels,), (probabilities,) = file.inputs, file.outputs
    assert (pixels.name.split(":")[0].split("_")[-1], pixels.dtype, pixels.elements) == ("pixels", "UINT8", 32 * 32 * 3)
    assert (probabilities.dtype, probabilities.elements, probabilities.constant) == ("UINT8", 10, False)
    kernels = [operator.inputs[1] for operator in file.operators if operator.name == "CONV_2D"]
    assert [(kernel.constant, kernel.dtype, len(kernel.scales)) for kernel in kernels] == [
        (True, "INT8", 12),
        (True, "INT8", 24),
        (True, "INT8", 24),
    ]
