import shutil

import pytest
from flatbuffers.number_types import Float32Flags, UOffsetTFlags
from flatbuffers.table import Table

from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_convert.tflite.metadata import metadata_schema
from edgewright_convert.tflite.metadata.metadata import ModelCard, associated_files, metadata_of
from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.run.run_folder import RunFolder

from .unpacking import metadata_in

pytestmark = pytest.mark.numeric

CARD = ModelCard("Blätter", "1.2.3", "CC BY 4.0")
LABELS = ("daisy", "löwenzahn", "バラ")


class Fields:
    """A table of a metadata flatbuffer, read by the names of its fields."""

    def __init__(self, data, at, kind):
        self.table, self.kind = Table(data, at), kind

    @classmethod
    def root_of(cls, data):
        return cls(data, int.from_bytes(data[:4], "little"), metadata_schema.MODEL_METADATA)

    def _at(self, field):
        slot = self.table.Offset(4 + 2 * self.kind.number(field))
        assert slot, f"field {field} is absent"
        return slot

    def text(self, field):
        return self.table.String(self._at(field) + self.table.Pos).decode()

    def byte(self, field):
        return self.table.Bytes[self._at(field) + self.table.Pos]

    def uint(self, field):
        return self.table.Get(UOffsetTFlags, self._at(field) + self.table.Pos)

    def child(self, field, kind):
        return Fields(self.table.Bytes, self.table.Indirect(self._at(field) + self.table.Pos), kind)

    def children(self, field, kind):
        first, length = self.table.Vector(self._at(field)), self.table.VectorLen(self._at(field))
        return [Fields(self.table.Bytes, self.table.Indirect(first + 4 * number), kind) for number in range(length)]

    def floats(self, field):
        first, length = self.table.Vector(self._at(field)), self.table.VectorLen(self._at(field))
        return [self.table.Get(Float32Flags, first + 4 * number) for number in range(length)]


def graph_of(metadata):
    (graph,) = Fields.root_of(metadata).children("subgraph_metadata", metadata_schema.SUB_GRAPH_METADATA)
    return graph


def tensor_of(graph, side):
    (tensor,) = graph.children(f"{side}_tensor_metadata", metadata_schema.TENSOR_METADATA)
    return tensor


def image_of(pixels):
    content = pixels.child("content", metadata_schema.CONTENT)
    assert content.byte("content_properties_type") == metadata_schema.ContentProperties.ImageProperties
    return content.child("content_properties", metadata_schema.IMAGE_PROPERTIES)


def size_of(image):
    size = image.child("default_size", metadata_schema.IMAGE_SIZE)
    return size.uint("width"), size.uint("height")


@pytest.fixture(params=["fp32", "fp16", "dynamic", "int8"])
def data(request, converted_run):
    return (converted_run / f"tflite/model_{request.param}.tflite").read_bytes()


def test_every_format_carries_metadata_that_names_its_files(data):
    metadata = metadata_in(data)
    assert metadata[4:8] == b"M001"
    model = Fields.root_of(metadata)
    assert model.text("name") == "Image classifier"
    assert "10 classes (0, 1, 2" in model.text("description")
    assert len(model.text("version")) == 12
    assert model.text("license").startswith("not stated")
    files = model.children("associated_files", metadata_schema.ASSOCIATED_FILE)
    assert [file.text("name") for file in files] == ["preprocessing.json"]
    assert model.text("min_parser_version") == "1.0.0"
    graph = graph_of(metadata)
    pixels, probabilities = tensor_of(graph, "input"), tensor_of(graph, "output")
    assert (pixels.text("name"), probabilities.text("name")) == ("pixels", "probabilities")
    (labels,) = probabilities.children("associated_files", metadata_schema.ASSOCIATED_FILE)
    assert labels.text("name") == "labels.txt"
    assert labels.byte("type") == metadata_schema.AssociatedFileType.TENSOR_AXIS_LABELS


def test_readers_are_told_to_leave_pixels_as_they_are(data):
    pixels = tensor_of(graph_of(metadata_in(data)), "input")
    image = image_of(pixels)
    assert image.byte("color_space") == metadata_schema.ColorSpaceType.RGB
    assert size_of(image) == (32, 32)
    (unit,) = pixels.children("process_units", metadata_schema.PROCESS_UNIT)
    assert unit.byte("options_type") == metadata_schema.ProcessUnitOptions.NormalizationOptions
    normalisation = unit.child("options", metadata_schema.NORMALIZATION_OPTIONS)
    assert (normalisation.floats("mean"), normalisation.floats("std")) == ([0.0], [1.0])


def test_what_the_user_says_of_a_model_is_in_it(tmp_path, float_run):
    shutil.copytree(float_run, tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    options = ConvertOptions(model_name="Ziffern", model_version="2.0", licence="MIT")
    (outcome,) = convert_run(run, ["tflite-fp32"], options)
    model = Fields.root_of(metadata_in(outcome.path.read_bytes()))
    assert (model.text("name"), model.text("version"), model.text("license")) == ("Ziffern", "2.0", "MIT")


def test_labels_keep_their_letters():
    contract = Preprocessing(32, 32)
    assert associated_files(contract, LABELS)["labels.txt"].decode() == "daisy\nlöwenzahn\nバラ\n"
    model = Fields.root_of(metadata_of(CARD, contract, LABELS))
    assert model.text("name") == "Blätter"
    assert "daisy, löwenzahn, バラ" in model.text("description")


def test_many_labels_are_not_all_listed_in_the_description():
    labels = tuple(f"class {number}" for number in range(1000))
    model = Fields.root_of(metadata_of(CARD, Preprocessing(32, 32), labels))
    assert "1000 classes" in model.text("description")
    assert "class 9 and 990 more" in model.text("description")


def test_a_grayscale_model_says_so():
    contract = Preprocessing(8, 16, colour_mode="grayscale", normalisation=Normalisation((1 / 255,), (0.0,)))
    image = image_of(tensor_of(graph_of(metadata_of(CARD, contract, LABELS)), "input"))
    assert image.byte("color_space") == metadata_schema.ColorSpaceType.GRAYSCALE
    assert size_of(image) == (16, 8)
