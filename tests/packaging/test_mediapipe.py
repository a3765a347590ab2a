"""MediaPipe Tasks, in an environment of its own, opens our .tflite files and gives our runtime's labels.

MediaPipe scales images in its own way and does not heed EXIF rotation. Images that went through the contract beforehand
leave it nothing to scale, so there it must give our probabilities; of whole photographs, the label must be the same
where ours is clear.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_convert.tflite.metadata import metadata_schema
from edgewright_runtime.classifier import Classifier
from edgewright_runtime.run.run_folder import RunFolder

pytestmark = [pytest.mark.mediapipe, pytest.mark.timeout(1200)]

MEDIAPIPE = ("mediapipe==0.10.21", "numpy<2")
# How far a probability may be off. Float kernels leave room for rounding only; dynamic range quantises activations
# inside the kernel, which two releases of it do differently (0.044 on 300 photographs). INT8 outputs come in steps of
# 1/256: in one of 60 photographs the two releases were seen two steps apart.
TOLERANCES = {"tflite-fp32": 1e-3, "tflite-fp16": 1e-3, "tflite-dynamic": 0.1, "tflite-int8": 4 / 256}
FORMATS = tuple(TOLERANCES)
PER_CLASS = 60
CLEAR = 0.6
"""A probability that another way of scaling an image should not overturn."""

CLASSIFY = """
import json, sys
import mediapipe
from mediapipe.tasks import python as tasks
options = tasks.vision.ImageClassifierOptions(base_options=tasks.BaseOptions(model_asset_path=sys.argv[1]))
with tasks.vision.ImageClassifier.create_from_options(options) as classifier:
    for image in sys.argv[2:]:
        (head,) = classifier.classify(mediapipe.Image.create_from_file(image)).classifications
        print(json.dumps([[each.category_name, each.score] for each in head.categories]))
"""

SCHEMA = """
import json, sys
from pathlib import Path
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata, schema_py_generated as tflite
model = tflite.ModelT.InitFromPackedBuf(Path(sys.argv[1]).read_bytes(), 0)
(buffer,) = [each.buffer for each in model.metadata if each.name == b"TFLITE_METADATA"]
content = bytes(model.buffers[buffer].data)
assert metadata.ModelMetadata.ModelMetadataBufferHasIdentifier(content, 0)
read = metadata.ModelMetadataT.InitFromPackedBuf(content, 0)
(graph,) = read.subgraphMetadata
(pixels,), (probabilities,) = graph.inputTensorMetadata, graph.outputTensorMetadata
(normalisation,), (labels,) = pixels.processUnits, probabilities.associatedFiles
print(json.dumps({
    "name": read.name.decode(), "version": read.version.decode(), "licence": read.license.decode(),
    "files": [each.name.decode() for each in read.associatedFiles],
    "size": [pixels.content.contentProperties.defaultSize.height, pixels.content.contentProperties.defaultSize.width],
    "rgb": pixels.content.contentProperties.colorSpace == metadata.ColorSpaceType.RGB,
    "mean": normalisation.options.mean.tolist(), "std": normalisation.options.std.tolist(),
    "labels": labels.name.decode(), "labels_are_axis": labels.type == metadata.AssociatedFileType.TENSOR_AXIS_LABELS,
}))
"""


NUMBERS = """
import json, sys
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata

class Noted:
    def note(self, slot, *_):
        self.slot = slot

    PrependUOffsetTRelativeSlot = PrependInt8Slot = PrependUint8Slot = PrependUint32Slot = note

def number(table, field):
    noted = Noted()
    getattr(metadata, table + "Add" + "".join(word.capitalize() for word in field.split("_")))(noted, 0)
    return noted.slot

tables, enumerations = json.loads(sys.argv[1])
print(json.dumps([
    {table: {field: number(table, field) for field in fields} for table, fields in tables.items()},
    {name: {each: getattr(getattr(metadata, name), each) for each in names} for name, names in enumerations.items()},
]))
"""


@pytest.fixture(scope="session")
def run_in_mediapipe(tmp_path_factory, make_venv, find_python, clean_environment):
    """A function that runs a script in the environment with MediaPipe and returns the JSON lines that it prints."""
    python = make_venv(find_python("3.11"), tmp_path_factory.mktemp("mediapipe") / "venv", *MEDIAPIPE)

    def run(script: str, *arguments: str | Path):
        command = [str(python), "-c", script, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture(scope="session")
def flowers_run(shared, tmp_path_factory):
    """A run folder with a head that was trained for a moment on real photographs, and those of its test split."""
    folder = tmp_path_factory.mktemp("flowers")
    for kind in sorted(each for each in (shared / "data" / "flowers5").iterdir() if each.is_dir()):
        (folder / "data" / kind.name).mkdir(parents=True)
        for photograph in sorted(kind.iterdir())[:PER_CLASS]:
            shutil.copy(photograph, folder / "data" / kind.name)
    (weights,) = (shared / "weights").glob("mobilenet_v2_0.35_224_no_top*.h5")
    edgewright = Path(sys.executable).parent / "edgewright"
    options = ("--recipe", "flowers", "--epochs", "3,0", "--weights", weights, "--out", folder / "run")
    subprocess.run([edgewright, "train", folder / "data", *options], check=True, capture_output=True)
    outcomes = convert_run(RunFolder(folder / "run"), FORMATS, ConvertOptions())
    assert not [outcome.error for outcome in outcomes if outcome.error is not None]
    return folder / "run"


@pytest.fixture(scope="session")
def photographs(flowers_run):
    from edgewright_runtime.run.splits import read_splits, rows_of

    return [Path(row.path) for row in rows_of(read_splits(flowers_run / "splits.csv"), "test")]


@pytest.fixture(scope="session")
def digits(digit_images):
    return sorted(digit_images.glob("*/000[0-2].png"))


def prepared(images, classifier, folder):
    """The images as the contract makes them, in files that lose nothing."""
    paths = []
    for number, image in enumerate(images):
        paths.append(folder / f"{number:04}.png")
        Image.fromarray(classifier.preprocessing.apply(image)).save(paths[-1])
    return paths


def assert_same_probabilities(run, images, name, folder, run_in_mediapipe):
    classifier = Classifier.open(run, format=name, calibrated=False)
    theirs = run_in_mediapipe(CLASSIFY, classifier.path, *prepared(images, classifier, folder))
    ours = classifier.classify_many(images)
    tolerance = TOLERANCES[name]
    for our, their in zip(ours, theirs, strict=True):
        scores = dict(their)
        assert scores.keys() == set(classifier.labels)
        assert scores == pytest.approx({each.label: each.probability for each in our}, abs=tolerance)
        if our[0].probability - our[1].probability > 2 * tolerance:
            assert their[0][0] == our[0].label


@pytest.mark.parametrize("name", FORMATS)
def test_prepared_photographs_get_our_probabilities(name, flowers_run, photographs, tmp_path, run_in_mediapipe):
    assert len(photographs) >= 50
    assert_same_probabilities(flowers_run, photographs, name, tmp_path, run_in_mediapipe)


@pytest.mark.parametrize("name", FORMATS)
def test_prepared_digits_get_our_probabilities(name, converted_run, digits, tmp_path, run_in_mediapipe):
    assert_same_probabilities(converted_run, digits, name, tmp_path, run_in_mediapipe)


@pytest.mark.parametrize("name", ["tflite-fp32", "tflite-int8"])
def test_whole_photographs_get_our_label_where_it_is_clear(name, flowers_run, photographs, run_in_mediapipe):
    classifier = Classifier.open(flowers_run, format=name)
    best = {path: classifier.classify(path)[0] for path in photographs}
    clear = [path for path in photographs if best[path].probability >= CLEAR]
    assert len(clear) >= 20
    theirs = run_in_mediapipe(CLASSIFY, classifier.path, *clear)
    assert [ranked[0][0] for ranked in theirs] == [best[path].label for path in clear]


@pytest.mark.parametrize("name", FORMATS)
def test_their_own_schema_reads_what_ours_wrote(name, converted_run, run_in_mediapipe):
    path = RunFolder(converted_run).file_of(name)
    (read,) = run_in_mediapipe(SCHEMA, path)
    assert len(read.pop("version")) == 12
    assert read == {
        "name": "Image classifier",
        "licence": "not stated; ask whoever trained the model",
        "files": ["preprocessing.json"],
        "size": [32, 32],
        "rgb": True,
        "mean": [0.0],
        "std": [1.0],
        "labels": "labels.txt",
        "labels_are_axis": True,
    }


def test_the_numbers_of_the_metadata_schema_are_those_of_its_generated_classes(run_in_mediapipe):
    tables = {each.name: {field: each.number(field) for field in each.fields} for each in metadata_schema.TABLES}
    enumerations = {each.__name__: {value.name: value.value for value in each} for each in metadata_schema.ENUMERATIONS}
    assert run_in_mediapipe(NUMBERS, json.dumps([tables, enumerations])) == [[tables, enumerations]]
