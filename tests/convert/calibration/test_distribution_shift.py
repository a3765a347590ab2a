from __future__ import annotations

from dataclasses import replace

from PIL import Image

from edgewright_convert.calibration.representative_dataset import (
    read_representative_dataset,
)
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.splits import read_splits, rows_of, write_splits


def dataset_of(run, **options):
    return read_representative_dataset(
        run, Preprocessing.load(run.preprocessing), read_labels(run.labels), **{"size": 40, **options}
    )


def test_like_splits_call_for_no_word_and_the_manifest_has_the_figures(editable_run):
    found = dataset_of(editable_run)
    assert found.notes(40) == ()
    kept = found.as_options()["against_test_split"]
    assert kept["label_balance"]["distance"] < 0.1
    assert kept["brightness"]["test_images"] == len(rows_of(read_splits(editable_run.splits), "test"))
    assert kept["notes"] == []


def test_training_images_of_few_classes_are_said_to_be_another_balance(editable_run):
    rows = read_splits(editable_run.splits)
    few = [row for label in "12345" for row in rows_of(rows, "train") if row.label == label][::6]
    many = [row for row in rows_of(rows, "train") if row.label in "06789"]
    write_splits(editable_run.splits, [*few, *many, *rows_of(rows, "test")])
    found = dataset_of(editable_run, size=10_000)
    (note,) = [note for note in found.notes(0) if "label balance" in note]
    assert note in found.as_options()["against_test_split"]["notes"]


def test_training_images_in_another_light_are_said_to_be_darker(editable_run, tmp_path):
    (tmp_path / "dark").mkdir()
    rows = list(read_splits(editable_run.splits))
    for number, row in enumerate(rows):
        if row.split == "train":
            path = tmp_path / "dark" / f"{number}.png"
            Image.open(row.path).point(lambda value: value // 3).save(path)
            rows[number] = replace(row, path=str(path), sha256=sha256_of_file(path))
    write_splits(editable_run.splits, rows)
    (note,) = dataset_of(editable_run).notes(40)
    assert "darker than the test split" in note


def test_test_images_that_are_not_at_hand_stop_nothing_and_are_named(editable_run):
    rows = [replace(row, path="gone.png") if row.split == "test" else row for row in read_splits(editable_run.splits)]
    write_splits(editable_run.splits, rows)
    found = dataset_of(editable_run)
    (note,) = found.notes(40)
    assert note.startswith("brightness not compared with test images")
    assert "gone.png" in note
    assert found.as_options()["against_test_split"]["brightness"] is None


def test_run_without_test_images_is_compared_with_nothing(editable_run):
    write_splits(editable_run.splits, rows_of(read_splits(editable_run.splits), "train"))
    found = dataset_of(editable_run)
    assert found.as_options()["against_test_split"] is None
    assert found.notes(40) == ()
