import io
import zipfile

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from flatbuffers.number_types import Float32Flags, UOffsetTFlags
from flatbuffers.table import Table

from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_convert.tflite.metadata import ModelCard, associated_files, metadata_of
from edgewright_convert.tflite.metadata_packing import tflite_with_metadata
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.run.run_folder import RunFolder

pytestmark = pytest.mark.numeric

CARD = ModelCard("Blätter", "1.2.3", "CC BY 4.0")
LABELS = ("daisy", "löwenzahn", "バラ")


class Fields:
    """A table of a flatbuffer, read by field ids."""

    def __init__(self, data, at):
        self.table = Table(data, at)

    @classmethod
    def root_of(cls, data):
        return cls(data, int.from_bytes(data[:4], "little"))

    def _at(self, field):
        slot = self.table.Offset(4 + 2 * field)
        assert slot, f"field {field} is absent"
        return slot

    def text(self, field):
        return self.table.String(self._at(field) + self.table.Pos).decode()

    def number(self, field):
        return self.table.Bytes[self._at(field) + self.table.Pos]

    def uint(self, field):
        return self.table.Get(UOffsetTFlags, self._at(field) + self.table.Pos)

    def child(self, field):
        return Fields(self.table.Bytes, self.table.Indirect(self._at(field) + self.table.Pos))

    def children(self, field):
        first, length = self.table.Vector(self._at(field)), self.table.VectorLen(self._at(field))
        return [Fields(self.table.Bytes, self.table.Indirect(first + 4 * number)) for number in range(length)]

    def floats(self, field):
        first, length = self.table.Vector(self._at(field)), self.table.VectorLen(self._at(field))
        return [self.table.Get(Float32Flags, first + 4 * number) for number in range(length)]


def metadata_in(data):
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    (entry,) = [each for each in model.metadata if each.name == b"TFLITE_METADATA"]
    return bytes(model.buffers[entry.buffer].data)


@pytest.fixture(params=["fp32", "fp16", "dynamic", "int8"])
def data(request, converted_run):
    return (converted_run / f"tflite/model_{request.param}.tflite").read_bytes()


def test_every_format_carries_metadata_that_names_its_files(data):
    metadata = metadata_in(data)
    assert metadata[4:8] == b"M001"
    model = Fields.root_of(metadata)
    assert model.text(0) == "Image classifier"
    assert "10 classes (0, 1, 2" in model.text(1)
    assert len(model.text(2)) == 12
    assert model.text(5).startswith("not stated")
    assert [file.text(0) for file in model.children(6)] == ["preprocessing.json"]
    assert model.text(7) == "1.0.0"
    (graph,) = model.children(3)
    ((pixels,), (probabilities,)) = graph.children(2), graph.children(3)
    assert (pixels.text(0), probabilities.text(0)) == ("pixels", "probabilities")
    (labels,) = probabilities.children(6)
    assert (labels.text(0), labels.number(2)) == ("labels.txt", 2)


def test_readers_are_told_to_leave_pixels_as_they_are(data):
    (graph,) = Fields.root_of(metadata_in(data)).children(3)
    (pixels,) = graph.children(2)
    content, (unit,) = pixels.child(3), pixels.children(4)
    image = content.child(1)
    assert (content.number(0), image.number(0)) == (2, 1)  # an image, in RGB
    assert (image.child(1).uint(0), image.child(1).uint(1)) == (32, 32)
    assert unit.number(0) == 1
    assert (unit.child(1).floats(0), unit.child(1).floats(1)) == ([0.0], [1.0])


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
    buffers = [model.Buffers(number) for number in range(model.BuffersLength())]
    return [
        (b"", 0)
        if buffer.DataIsNone()
        else (bytes(buffer.DataAsNumpy()), buffer._tab.Vector(buffer._tab.Offset(4)) % 16)
        for buffer in buffers
    ]


def test_the_graph_is_the_same_with_and_without(converted_run):
    with_metadata = (converted_run / "tflite/model_int8.tflite").read_bytes()
    again = tflite_with_metadata(stripped(with_metadata), b"other metadata", {})
    assert read_tflite(again) == read_tflite(with_metadata)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (1, 32, 32, 3), np.uint8)
    np.testing.assert_array_equal(answer(again, pixels), answer(with_metadata, pixels))
    names = [entry.name for entry in schema.ModelT.InitFromPackedBuf(again, 0).metadata]
    assert names == [b"min_runtime_version", b"CONVERSION_METADATA", b"TFLITE_METADATA"]


def stripped(data):
    """The file without TFLite metadata, packed anew as other tools do it."""
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    model.metadata = [entry for entry in model.metadata if entry.name != b"TFLITE_METADATA"]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def answer(data, pixels):
    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


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


def test_what_the_user_says_of_a_model_is_in_it(tmp_path, float_run):
    import shutil

    shutil.copytree(float_run, tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    options = ConvertOptions(model_name="Ziffern", model_version="2.0", licence="MIT")
    (outcome,) = convert_run(run, ["tflite-fp32"], options)
    model = Fields.root_of(metadata_in(outcome.path.read_bytes()))
    assert (model.text(0), model.text(2), model.text(5)) == ("Ziffern", "2.0", "MIT")


def test_labels_keep_their_letters():
    contract = Preprocessing(32, 32)
    assert associated_files(contract, LABELS)["labels.txt"].decode() == "daisy\nlöwenzahn\nバラ\n"
    model = Fields.root_of(metadata_of(CARD, contract, LABELS))
    assert model.text(0) == "Blätter"
    assert "daisy, löwenzahn, バラ" in model.text(1)


def test_many_labels_are_not_all_listed_in_the_description():
    labels = tuple(f"class {number}" for number in range(1000))
    model = Fields.root_of(metadata_of(CARD, Preprocessing(32, 32), labels))
    assert "1000 classes" in model.text(1)
    assert "class 9 and 990 more" in model.text(1)


def test_a_grayscale_model_says_so():
    contract = Preprocessing(8, 16, colour_mode="grayscale", normalisation=Normalisation((1 / 255,), (0.0,)))
    (graph,) = Fields.root_of(metadata_of(CARD, contract, LABELS)).children(3)
    image = graph.children(2)[0].child(3).child(1)
    assert image.number(0) == 2
    assert (image.child(1).uint(0), image.child(1).uint(1)) == (16, 8)
