"""A model file from anywhere becomes a run folder; what nobody wrote down is found by trying."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from edgewright_convert.importing.any_model import import_any, is_there
from edgewright_convert.importing.command import COMMAND
from edgewright_convert.importing.declared import Declared
from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.accuracy import evaluate_run
from edgewright_runtime.evaluation.gate import Thresholds
from edgewright_runtime.run.splits import read_splits

from ...typed import typed
from .colours import (
    COLOURS,
    PER_CLASS,
    SIDE,
    brightness_model,
    keras_model,
    onnx_from_torch,
    tflite_from,
    write_labels,
    write_photographs,
)

pytestmark = pytest.mark.numeric

TORCH_MEAN, TORCH_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def minus_one_to_one(pixels):
    return pixels / 127.5 - 1


def torch_bgr(pixels):
    return ((pixels / 255 - TORCH_MEAN) / TORCH_STD)[..., ::-1]


@pytest.fixture(scope="module")
def photographs(tmp_path_factory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("colours") / "photographs")


@pytest.fixture(scope="module")
def labels(tmp_path_factory) -> Path:
    return write_labels(tmp_path_factory.mktemp("labels") / "labels.txt")


@pytest.fixture(scope="module")
def quantized(tmp_path_factory) -> Path:
    """As most published files are: uint8 in and out, scale about 1/128, zero point about 128."""
    path = tmp_path_factory.mktemp("quantized") / "model.tflite"
    draw = np.random.default_rng(2).uniform(-1, 1, (40, SIDE, SIDE, 3)).astype(np.float32)
    draw[:, 0, 0], draw[:, 0, 1] = -1, 1
    flat = minus_one_to_one(np.array(list(COLOURS.values()))).astype(np.float32)
    colours = np.broadcast_to(flat[:, None, None], (len(COLOURS), SIDE, SIDE, 3))
    return tflite_from(keras_model(minus_one_to_one), path, np.concatenate([draw, colours]))


@pytest.fixture
def keras_file(tmp_path) -> Path:
    keras_model(torch_bgr, softmax=False).save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


@pytest.fixture
def import_command():
    return partial(typed, "import", COMMAND)


def accuracy_of(run: Path, photographs: Path) -> float:
    classifier = Classifier.open(run)
    files = sorted(photographs.glob("*/*.png"))
    return float(np.mean([classifier.classify(path, top_k=1)[0].label == path.parent.name for path in files]))


def test_contract_of_a_quantized_file_is_found(tmp_path, quantized, labels, photographs):
    done = import_any(quantized, tmp_path / "run", Declared(labels=labels, data=photographs, find_contract=True))

    best = done.found.best.candidate
    assert (best.values.normalisation.name, best.values.channel_order) == ("minus-one-to-one", "RGB")
    assert done.found.sure
    assert done.contract.normalisation.applied_by == "runtime"
    assert accuracy_of(done.run.path, photographs) == 1


def test_contract_of_a_file_from_pytorch_is_found(tmp_path, labels, photographs):
    model = onnx_from_torch(tmp_path / "model.onnx", torch_bgr, background=True)

    done = import_any(model, tmp_path / "run", Declared(labels=labels, data=photographs, find_contract=True))

    best = done.found.best.candidate
    assert (best.values.normalisation.name, best.values.channel_order) == ("imagenet-torch", "BGR")
    assert best.label_offset == 1
    assert done.contract.output == "logits"
    assert Classifier.open(done.run.path).labels == ("background", *COLOURS)
    assert accuracy_of(done.run.path, photographs) == 1


def test_contract_of_a_keras_model_is_found_and_written_into_its_graph(tmp_path, keras_file, labels, photographs):
    declared = Declared(labels=labels, data=photographs, find_contract=True)

    done = import_any(keras_file, tmp_path / "run", declared)

    assert done.found.sure
    assert done.contract.takes_raw_pixels
    assert accuracy_of(done.run.path, photographs) == 1


def test_contract_of_a_model_with_one_output_is_found(tmp_path, photographs):
    for name in ("black", "white"):
        shutil.copytree(photographs / name, tmp_path / "photographs" / name)
    (tmp_path / "labels.txt").write_text("black\nwhite\n")
    model = brightness_model()
    model.save(tmp_path / "model.keras")
    declared = Declared(labels=tmp_path / "labels.txt", data=tmp_path / "photographs", find_contract=True)

    done = import_any(tmp_path / "model.keras", tmp_path / "run", declared)

    best = done.found.best
    assert best.accuracy == 1
    assert best.candidate.label_offset == 0
    assert not done.doubts
    assert accuracy_of(done.run.path, tmp_path / "photographs") == 1


def test_range_that_has_no_name_is_found_beside_those_that_have_one(tmp_path, labels, photographs):
    model = onnx_from_torch(tmp_path / "model.onnx", lambda pixels: pixels / 2 + 63.75, background=False)

    done = import_any(model, tmp_path / "run", Declared(labels=labels, data=photographs, find_contract=True))

    assert done.contract.normalisation.scale[0] == 0.5
    assert done.contract.normalisation.offset[0] == 63.75
    assert accuracy_of(done.run.path, photographs) == 1


def test_search_with_labels_in_another_order_finds_the_contract_and_says_so(tmp_path, quantized, labels, photographs):
    reversed_labels = tmp_path / "reversed.txt"
    reversed_labels.write_text("".join(f"{name}\n" for name in reversed(COLOURS)))

    done = import_any(
        quantized, tmp_path / "run", Declared(labels=reversed_labels, data=photographs, find_contract=True)
    )

    assert done.found.best.candidate.values.normalisation.name == "minus-one-to-one"
    assert not done.found.sure
    assert any("the labels stand in another order" in note for note in done.notes)
    assert any("With the labels in reverse the model is right for 100.0%" in doubt for doubt in done.doubts)


def test_folder_that_is_no_class_beside_some_that_are_is_refused_before_anything_is_tried(
    tmp_path, quantized, labels, photographs
):
    shutil.copytree(photographs, tmp_path / "photographs")
    (tmp_path / "photographs" / "red").rename(tmp_path / "photographs" / "mauve")
    tried: list[str] = []
    declared = Declared(labels=labels, data=tmp_path / "photographs", find_contract=True)

    with pytest.raises(EdgewrightError, match=r"'mauve', which .*labels\.txt does not name"):
        import_any(quantized, tmp_path / "run", declared, on_step=tried.append)

    assert not tried


def test_folders_called_otherwise_than_the_labels_are_told(tmp_path, quantized, photographs):
    names = tmp_path / "labels.json"
    names.write_text(json.dumps({str(place): f"{name}, colour {place}" for place, name in enumerate(COLOURS)}))

    declared = Declared(labels=names, data=photographs, normalisation="minus-one-to-one")
    done = import_any(quantized, tmp_path / "run", declared)

    assert any("'black' for 'black, colour 0'" in note for note in done.notes)
    assert {row.label for row in read_splits(done.run.splits)} == {f"{n}, colour {p}" for p, n in enumerate(COLOURS)}


def test_without_labels_the_contract_is_found_and_said_not_to_be_sure(tmp_path, quantized, labels, photographs):
    (tmp_path / "mixed").mkdir()
    for number, path in enumerate(sorted(photographs.glob("*/*.png"))):
        (tmp_path / "mixed" / f"{number}.png").write_bytes(path.read_bytes())

    done = import_any(quantized, tmp_path / "run", Declared(labels=labels, data=tmp_path / "mixed", find_contract=True))

    assert done.found.best.candidate.values.normalisation.name == "minus-one-to-one"
    assert not done.found.sure
    assert any("without labels" in note for note in done.notes)
    assert {row.label for row in read_splits(done.run.splits)} == {""}


def test_finished_file_is_taken_in_with_photographs_without_labels(tmp_path, quantized, labels, photographs):
    (tmp_path / "mixed").mkdir()
    for number, path in enumerate(sorted(photographs.glob("*/*.png"))):
        (tmp_path / "mixed" / f"{number}.png").write_bytes(path.read_bytes())

    declared = Declared(labels=labels, data=tmp_path / "mixed", normalisation="minus-one-to-one")
    done = import_any(quantized, tmp_path / "run", declared)

    assert any("only agreement can be told, not accuracy" in note for note in done.notes)
    (measured,) = evaluate_run(done.run, ["tflite-int8"], thresholds=Thresholds())
    assert (measured.comparison.top1, measured.comparison.decision.agreement) == (None, 1.0)


def test_quantized_file_that_says_nothing_is_refused_with_the_likely_contract(tmp_path, quantized, labels):
    with pytest.raises(EdgewrightError, match="its input speaks for minus-one-to-one"):
        import_any(quantized, tmp_path / "run", Declared(labels=labels))

    assert not (tmp_path / "run").exists()


def test_wrong_declaration_is_warned_of_with_the_option_that_does_better(tmp_path, labels, photographs):
    model = tflite_from(keras_model(minus_one_to_one), tmp_path / "model.tflite")

    done = import_any(model, tmp_path / "run", Declared(labels=labels, data=photographs, normalisation="unit"))

    assert any("With --normalisation minus-one-to-one the model is right for 100.0%" in doubt for doubt in done.doubts)


def test_labels_in_reverse_are_warned_of(tmp_path, labels, photographs):
    model = tflite_from(keras_model(minus_one_to_one), tmp_path / "model.tflite")
    backwards = tmp_path / "backwards.txt"
    backwards.write_text("".join(f"{name}\n" for name in reversed(COLOURS)))
    declared = Declared(labels=backwards, data=photographs, normalisation="minus-one-to-one")

    done = import_any(model, tmp_path / "run", declared)

    assert any("With the labels in reverse the model is right for 100.0%" in doubt for doubt in done.doubts)
    assert any("no better than guessing" in doubt for doubt in done.doubts)


def test_right_declaration_raises_no_doubt(tmp_path, labels, photographs):
    model = tflite_from(keras_model(minus_one_to_one), tmp_path / "model.tflite")

    done = import_any(
        model, tmp_path / "run", Declared(labels=labels, data=photographs, normalisation="minus-one-to-one")
    )

    assert done.doubts == ()


def test_our_own_tflite_file_brings_its_labels_and_contract(tmp_path, converted_run):
    source = converted_run / "tflite" / "model_int8.tflite"

    done = import_any(source, tmp_path / "run", Declared())

    assert Classifier.open(done.run.path).labels == Classifier.open(converted_run).labels
    assert done.contract.takes_raw_pixels
    assert done.run.present()[0].name == "tflite-int8"


def test_json_names_contract_tried_and_sure(tmp_path, quantized, labels, photographs, import_command):
    options = ("--labels", labels, "--data", photographs, "--find-contract", "--out", tmp_path / "run", "--json")

    done = import_command(quantized, *options)

    value = json.loads(done.stdout)
    assert value["sure"] is True
    assert value["contract"] == json.loads((tmp_path / "run" / "preprocessing.json").read_text())
    first, *rest = [each["accuracy"] for each in value["tried"]]
    assert first >= max(rest)
    assert rest == sorted(rest, reverse=True)
    assert value["tried"][0]["images"] == PER_CLASS * len(COLOURS)


def test_same_import_is_left_alone_if_it_is_only_needed(tmp_path, quantized, labels, photographs, import_command):
    options = ("--labels", labels, "--data", photographs, "--find-contract", "--out", tmp_path / "run", "--if-needed")
    import_command(quantized, *options)
    before = (tmp_path / "run" / "preprocessing.json").stat().st_mtime_ns

    done = import_command(quantized, *options)

    assert "is up to date" in done.stdout
    assert (tmp_path / "run" / "preprocessing.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("is_finished", [True, False])
def test_import_is_not_left_alone_where_anything_that_it_depends_on_has_changed(
    tmp_path, quantized, keras_file, labels, photographs, is_finished
):
    source, out = quantized if is_finished else keras_file, tmp_path / "run"
    own = write_labels(tmp_path / "labels.txt")
    photos = Path(shutil.copytree(photographs, tmp_path / "photographs"))
    declared = Declared(labels=own, data=photos, find_contract=True)
    import_any(source, out, declared)
    assert is_there(source, out, declared)
    assert not is_there(source, out, replace(declared, crop_fraction=0.875, resize="crop"))
    assert not is_there(source, out, replace(declared, seed=1))
    assert not is_there(source, out, replace(declared, find_contract=False, normalisation="unit"))
    kept = own.read_text()
    own.write_text(kept.replace(kept.splitlines()[0], "another"))
    assert not is_there(source, out, declared)
    own.write_text(kept)
    assert is_there(source, out, declared)
    next(photos.rglob("*.png")).unlink()
    assert not is_there(source, out, declared)


def test_find_contract_without_photographs_is_refused(tmp_path, quantized, labels):
    with pytest.raises(EdgewrightError, match="give them with --data FOLDER"):
        import_any(quantized, tmp_path / "run", Declared(labels=labels, find_contract=True))


def test_file_without_labels_inside_asks_for_them(tmp_path, quantized):
    with pytest.raises(EdgewrightError, match="holds no labels; give them with --labels FILE"):
        import_any(quantized, tmp_path / "run", Declared(normalisation="minus-one-to-one"))


def test_outputs_without_labels_ask_where_the_labels_begin(tmp_path, labels):
    model = onnx_from_torch(tmp_path / "model.onnx", torch_bgr, background=True)

    with pytest.raises(EdgewrightError, match="say at which output the first label is with --label-offset N"):
        import_any(model, tmp_path / "run", Declared(labels=labels, normalisation="imagenet-torch"))


@pytest.mark.parametrize("content", [b"", b"no model", b"TFL3" * 100])
def test_damaged_file_is_one_sentence(tmp_path, labels, content):
    (tmp_path / "model.tflite").write_bytes(content)

    with pytest.raises(EdgewrightError, match=r"model\.tflite"):
        import_any(tmp_path / "model.tflite", tmp_path / "run", Declared(labels=labels, normalisation="unit"))
