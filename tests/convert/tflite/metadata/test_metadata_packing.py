import io
import zipfile

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgewright_convert.tflite.metadata.metadata import ModelCard, associated_files, metadata_of
from edgewright_convert.tflite.metadata.metadata_packing import field_number, tflite_with_metadata
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing

from .unpacking import metadata_in, output, stripped

CARD = ModelCard("Blätter", "1.2.3", "CC BY 4.0")
LABELS = ("daisy", "löwenzahn", "バラ")


@pytest.fixture(params=["fp32", "fp16", "dynamic", "int8"])
def data(request, converted_run):
    return (converted_run / f"tflite/model_{request.param}.tflite").read_bytes()


def test_the_files_inside_are_those_of_the_run(data, converted_run):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["labels.txt", "preprocessing.json"]
        for name in archive.namelist():
            assert archive.read(name) == (converted_run / name).read_bytes()
        # Readers point into the file, so nothing may be compressed.
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}


def test_weights_stay_as_they_are_and_as_aligned_as_they_were(data):
    bare = stripped(data)
    before = buffers_of(bare)
    *after, added = buffers_of(tflite_with_metadata(bare, b"metadata", {}))
    assert after == before
    assert added == (b"metadata", 0)


def buffers_of(data):
    """Content of each buffer, and by how much it misses an address that 16 divides."""
    model = schema.Model.GetRootAs(data, 0)
    begins = np.frombuffer(data, np.uint8).ctypes.data
    buffers = [model.Buffers(number) for number in range(model.BuffersLength())]
    return [
        (b"", 0)
        if buffer.DataIsNone()
        else (bytes(buffer.DataAsNumpy()), (buffer.DataAsNumpy().ctypes.data - begins) % 16)
        for buffer in buffers
    ]


def names_in(model):
    return [entry.name for entry in schema.ModelT.InitFromPackedBuf(model, 0).metadata]


def test_the_graph_is_the_same_with_and_without(converted_run):
    with_metadata = (converted_run / "tflite/model_int8.tflite").read_bytes()
    again = tflite_with_metadata(stripped(with_metadata), b"other metadata", {})
    assert read_tflite(again) == read_tflite(with_metadata)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (1, 32, 32, 3), np.uint8)
    np.testing.assert_array_equal(output(again, pixels), output(with_metadata, pixels))
    # Some versions of the converter write one of theirs twice.
    assert names_in(again) == [*names_in(stripped(with_metadata)), b"TFLITE_METADATA"]
    assert set(names_in(again)) == {b"min_runtime_version", b"CONVERSION_METADATA", b"TFLITE_METADATA"}


def test_the_same_model_gives_the_same_bytes_at_any_time_of_day(converted_run, monkeypatch):
    import time

    bare = stripped((converted_run / "tflite/model_fp32.tflite").read_bytes())
    contract = Preprocessing(32, 32)

    def made():
        return tflite_with_metadata(bare, metadata_of(CARD, contract, LABELS), associated_files(contract, LABELS))

    first = made()
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert made() == first


def test_an_archive_like_end_of_a_model_does_not_mislead(converted_run):
    bare = stripped((converted_run / "tflite/model_fp32.tflite").read_bytes())
    ends_like_a_zip = bare + b"PK\x05\x06" + bytes(18)
    data = tflite_with_metadata(ends_like_a_zip, b"metadata", {"labels.txt": b"a\nb\n"})
    assert zipfile.ZipFile(io.BytesIO(data)).read("labels.txt") == b"a\nb\n"
    assert metadata_in(data) == b"metadata"


def test_field_numbers_are_the_order_of_the_schema():
    named = (schema.ModelAddVersion, schema.ModelAddOperatorCodes, schema.ModelAddSubgraphs, schema.ModelAddDescription)
    assert [field_number(each) for each in named] == [0, 1, 2, 3]
    assert field_number(schema.MetadataAddBuffer) == 1


def test_a_file_with_fields_that_the_schema_does_not_know_is_refused():
    builder = flatbuffers.Builder(0)
    builder.StartObject(40)
    builder.PrependUint32Slot(0, 3, 0)
    builder.PrependUint32Slot(39, 1, 0)
    builder.Finish(builder.EndObject(), b"TFL3")
    with pytest.raises(EdgewrightError, match=r"has 40 fields, but the installed ai-edge-litert knows \d+ of them"):
        tflite_with_metadata(bytes(builder.Output()), b"metadata", {})
