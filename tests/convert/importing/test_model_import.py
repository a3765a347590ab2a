import shutil
from collections import Counter

import pytest

from edgewright_convert.importing.model_import import Declaration, import_model
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.evaluation.accuracy import evaluate_run
from edgewright_runtime.evaluation.gate import Thresholds
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS
from edgewright_runtime.run.manifest import read_manifest, verify
from edgewright_runtime.run.splits import read_splits

pytestmark = pytest.mark.numeric


@pytest.mark.parametrize(
    "options", [{"activation": None}, {"channels": 1}, {"size": None}], ids=["logits", "grayscale", "open size"]
)
def test_every_kind_converts_to_full_integer_and_onnx(options, saved, imported, digit_images):
    path, _ = saved(**options)
    size = {"size": "24x40"} if options.get("size", 0) is None else {}
    run = imported(path, normalisation="unit", data=digit_images, **size)
    outcomes = convert_run(run, ["tflite-int8", "onnx-fp16", "onnx-int8"], ConvertOptions())
    assert {outcome.error for outcome in outcomes} == {None}
    contract = Preprocessing.load(run.preprocessing)
    assert contract.channels == options.get("channels", 3)
    assert (contract.height, contract.width) == ((24, 40) if size else (32, 32))
    assert {row.split for row in read_splits(run.splits)} == {"train", "val", "test"}


class TestSplitsOfAnEarlierRun:
    """What becomes of splits.csv where a model is taken in again without data."""

    def test_untouched_ones_stay_listed_as_what_made_them(self, saved, imported, digit_images):
        (path, _), (other, _) = saved(), saved("other.keras")
        run = imported(path, normalisation="unit", data=digit_images)
        rows, entry = read_splits(run.splits), read_manifest(run.path).artefacts["splits.csv"]
        imported(other, normalisation="raw")
        artefacts = read_manifest(run.path).artefacts
        assert read_splits(run.splits) == rows
        assert artefacts["splits.csv"] == entry
        assert artefacts["model.keras"].options["imported_from"] == "other.keras"

    def test_edited_ones_are_refused_before_anything_is_written(self, saved, imported, digit_images):
        path, _ = saved()
        run = imported(path, normalisation="unit", data=digit_images)
        run.splits.write_text(run.splits.read_text().replace(",test,", ",train,", 1))
        before = {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()}
        with pytest.raises(CheckFailedError, match=r"splits\.csv is not the list .*give the images with --data"):
            imported(path, normalisation="raw")
        assert {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()} == before

    def test_edited_ones_are_made_anew_from_data(self, saved, imported, digit_images):
        path, _ = saved()
        run = imported(path, normalisation="unit", data=digit_images)
        rows = read_splits(run.splits)
        run.splits.write_text(run.splits.read_text().replace(",test,", ",train,", 1))
        imported(path, normalisation="unit", data=digit_images)
        assert read_splits(run.splits) == rows
        verify(run.splits)

    def test_ones_that_nothing_lists_stay_unlisted(self, saved, imported):
        path, _ = saved()
        run = imported(path, normalisation="unit")
        run.splits.write_text(f"path,label,split,sha256\na.png,0,train,{'0' * 64}\n")
        imported(path, normalisation="unit")
        assert "splits.csv" not in read_manifest(run.path).artefacts


def test_importing_again_replaces_the_earlier_model(saved, imported, tmp_path):
    out = tmp_path / "run"
    imported(saved("exported")[0], out=out)
    run = imported(saved()[0], out=out)
    assert run.model.is_file()
    assert not run.saved_model.exists()


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.onnx", "absent.keras"])
def test_other_files_are_refused(name, tmp_path, imported):
    path = tmp_path / name
    if not name.startswith("absent"):
        path.write_bytes(b"something else")
    with pytest.raises(EdgewrightError, match=name):
        imported(path)


def test_folder_that_is_no_saved_model_is_refused(tmp_path, imported):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EdgewrightError, match="no SavedModel folder"):
        imported(tmp_path / "empty")


def test_data_with_a_label_that_the_model_lacks_is_refused(saved, imported, tmp_path, digit_images):
    (tmp_path / "three.txt").write_text("0\n1\n2\n")
    declaration = Declaration(tmp_path / "three.txt", NORMALISATIONS["raw"])
    with pytest.raises(EdgewrightError, match="does not name"):
        import_model(saved(classes=3)[0], tmp_path / "run", declaration, data=digit_images, seed=0)


@pytest.fixture
def sparse_images(tmp_path, digit_images):
    """One image of five digits, thirty of a sixth, and none of the others."""
    folder = tmp_path / "sparse"
    shutil.copytree(digit_images / "9", folder / "9")
    for digit in range(5):
        (folder / str(digit)).mkdir()
        shutil.copy(digit_images / str(digit) / "0000.png", folder / str(digit))
    return folder


def test_data_may_have_one_image_of_a_class_and_none_of_others(saved, digit_labels, sparse_images, tmp_path):
    notes = []
    declaration = Declaration(digit_labels, NORMALISATIONS["unit"])
    run = import_model(saved()[0], tmp_path / "run", declaration, data=sparse_images, seed=0, on_note=notes.append)
    assert notes == [f"{sparse_images} has no image of 4 of the 10 classes: '5', '6', '7', '8'."]
    rows = read_splits(run.splits)
    assert Counter(row.split for row in rows if row.label == "9") == {"train": 20, "val": 4, "test": 6}
    assert Counter(row.split for row in rows if row.label != "9") == {"train": 3, "val": 1, "test": 1}
    (outcome,) = convert_run(run, ["tflite-int8"], ConvertOptions(int8_effort="fast"))
    assert outcome.error is None
    (measured,) = evaluate_run(run, ["tflite-int8"], thresholds=Thresholds())
    assert measured.comparison.n == 7
    assert {row.label for row in measured.comparison.per_class if row.n} == {
        row.label for row in rows if row.split == "test"
    }


def test_data_with_too_few_images_says_that_it_can_be_left_out(saved, imported, digit_images, tmp_path):
    (tmp_path / "one" / "3").mkdir(parents=True)
    shutil.copy(digit_images / "3" / "0000.png", tmp_path / "one" / "3")
    with pytest.raises(EdgewrightError, match=r"has 1 different readable image.*without --data .* --calibrate FOLDER"):
        imported(saved()[0], data=tmp_path / "one")


def test_photographs_without_labels_calibrate_and_formats_are_compared_by_agreement(
    saved, imported, digit_images, tmp_path
):
    path, _ = saved()
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for image in sorted(digit_images.glob("*/000*.png")):
        shutil.copyfile(image, mixed / f"{image.parent.name}-{image.name}")
    run = imported(path, normalisation="unit", data=mixed)
    (outcome,) = convert_run(run, ["tflite-int8"], ConvertOptions(int8_effort="fast"))
    assert outcome.error is None
    assert any("of the train split make the float model name" in note for note in outcome.notes)
    (measured,) = evaluate_run(run, ["tflite-int8"], thresholds=Thresholds())
    assert measured.comparison.top1 is None
    assert measured.comparison.decision.agreement > 0.5
