"""The few fields of TFLite metadata are found where flatbuffers put them, and nothing else breaks the reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewright_convert.tflite.metadata.metadata_packing import tflite_with_metadata
from edgewright_runtime.backends.tflite_metadata import StatedNormalisation, stated_normalisation
from edgewright_runtime.run.run_folder import RunFolder

FORMATS = ("tflite-fp32", "tflite-fp16", "tflite-dynamic", "tflite-int8")


@pytest.fixture(scope="module")
def file(converted_run):
    return RunFolder(converted_run).file_of("tflite-int8").read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_our_own_files_state_that_there_is_nothing_to_normalise(converted_run, name):
    data = RunFolder(converted_run).file_of(name).read_bytes()

    assert stated_normalisation(data) == StatedNormalisation((0.0,), (1.0,))


def test_a_file_without_metadata_or_with_that_of_others_states_nothing(float_run):
    from edgewright_convert.float_model import load_float_model
    from edgewright_convert.tflite.converter import tflite_fp32_from_model

    data = tflite_fp32_from_model(load_float_model(RunFolder(float_run).model))

    assert stated_normalisation(data) is None
    assert stated_normalisation(tflite_with_metadata(data, b"no flatbuffer of ours at all", {})) is None


def outcome(data: bytes) -> object:
    """What is read, or that it was refused; anything else that is raised is a fault."""
    try:
        return stated_normalisation(data)
    except ValueError as error:
        return type(error)


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    assert outcome(data) in (None, ValueError)


@settings(max_examples=300)
@given(st.data())
def test_any_damage_is_read_or_refused(file, data):
    damaged = bytearray(file[: data.draw(st.integers(0, len(file)))])
    for _ in range(data.draw(st.integers(0, 8))):
        if damaged:
            # The model's root lies in front and the metadata near it: most damage is done there.
            at = data.draw(st.integers(0, min(len(damaged), 2000) - 1) | st.integers(0, len(damaged) - 1))
            damaged[at] = data.draw(st.integers(0, 255))
    outcome(bytes(damaged))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_offsets_of_any_size_are_read_or_refused(first, second):
    outcome(first.to_bytes(4, "little") + b"TFL3" + second.to_bytes(4, "little") * 8)
