"""Who may teach: classifiers of the same classes, in any order."""

import shutil
from dataclasses import replace

import keras
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import read_splits
from edgewright_train.teacher import images_it_has_seen, outputs_of, teacher_file

LABELS = ("blue", "green", "red")


def test_a_run_folder_has_its_labels_and_its_contract(head_run):
    found = teacher_file(str(head_run))
    assert (found.model, found.labels) == (head_run / "model.keras", LABELS)
    assert (found.contract.height, found.contract.resize_method) == (32, "squash")
    assert teacher_file(str(head_run / "model.keras")).sha256 == found.sha256


def test_a_file_by_itself_has_neither(head_run, tmp_path):
    shutil.copy(head_run / "model.keras", tmp_path)
    found = teacher_file(str(tmp_path / "model.keras"))
    assert (found.labels, found.contract) == (None, None)
    assert outputs_of(found, LABELS) == (0, 1, 2)


def test_outputs_in_another_order_are_found_by_their_labels(head_run, tmp_path):
    shutil.copy(head_run / "model.keras", tmp_path)
    (tmp_path / "labels.txt").write_text("red\nblue\ngreen\n")
    assert outputs_of(teacher_file(str(tmp_path)), LABELS) == (1, 2, 0)


def test_a_teacher_of_other_classes_is_refused_by_name(head_run):
    teacher = teacher_file(str(head_run))
    with pytest.raises(EdgewrightError, match="it lacks yellow and knows red besides; give a teacher of the same"):
        outputs_of(teacher, ("blue", "green", "yellow"))
    many = [f"class {number}" for number in range(9)]
    with pytest.raises(EdgewrightError, match=r"lacks class 0, .* and 4 more"):
        outputs_of(teacher, [*LABELS, *many])


def test_what_is_no_model_is_refused(tmp_path):
    for name, text in (("gone.keras", "There is no model"), (".", "holds no model.keras")):
        with pytest.raises(EdgewrightError, match=text):
            teacher_file(str(tmp_path / name))
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(EdgewrightError, match=r"is no \.keras file"):
        teacher_file(str(tmp_path / "text.keras"))


def test_a_teacher_whose_layers_run_code_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Lambda(lambda values: values)])
    model.save(tmp_path / "code.keras")
    with pytest.raises(EdgewrightError, match="Lambda layer"):
        teacher_file(str(tmp_path / "code.keras"))


def test_images_that_the_teacher_was_trained_on_and_are_held_back_here_are_counted(head_run):
    rows = read_splits(head_run / "splits.csv")
    teacher = teacher_file(str(head_run))
    assert images_it_has_seen(teacher, rows) == 0
    swapped = [replace(row, split="test") for row in rows]
    assert images_it_has_seen(teacher, swapped) == sum(row.split == "train" for row in rows)


def test_a_teacher_that_takes_no_pixels_is_refused(head_run, tmp_path):
    shutil.copy(head_run / "model.keras", tmp_path)
    contract = teacher_file(str(head_run)).contract
    replace(contract, normalisation=replace(contract.normalisation, applied_by="runtime")).save(
        tmp_path / "preprocessing.json"
    )
    with pytest.raises(EdgewrightError, match="edgewright import makes a run folder of it that takes pixels"):
        teacher_file(str(tmp_path))
