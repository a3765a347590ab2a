"""Class folders and what lies among them, told apart by names alone: nothing here is opened."""

from pathlib import Path

import pytest

from edgewright_runtime.dataset.listing.class_folders import (
    csv_hint,
    images_below,
    is_image_name,
    list_classes,
    subfolders,
)
from edgewright_runtime.errors import EdgewrightError


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_folder_names_are_labels_and_files_are_sorted_within_them(tmp_path):
    listed, rejected = list_classes(touched(tmp_path, "b/2.jpg", "b/1.PNG", "a/sub/3.webp"), split="val")
    assert [(file.label, Path(file.path).name, file.split) for file in listed] == [
        ("a", "3.webp", "val"),
        ("b", "1.PNG", "val"),
        ("b", "2.jpg", "val"),
    ]
    assert rejected == ()


def test_images_without_a_class_and_classes_without_an_image_are_rejected_with_the_reason(tmp_path):
    touched(tmp_path, "loose.jpg", "a/1.jpg", "notes/readme.txt")
    _, rejected = list_classes(tmp_path)
    assert {Path(file.path).name: file.reason for file in rejected} == {
        "loose.jpg": "it lies beside the class folders, so it has no label",
        "notes": "the folder holds no image",
    }


def test_hidden_folders_and_those_that_archivers_leave_are_no_classes(tmp_path):
    touched(tmp_path, "a/1.jpg", ".git/2.jpg", "__MACOSX/3.jpg")
    assert [folder.name for folder in subfolders(tmp_path)] == ["a"]


@pytest.mark.parametrize(
    ("name", "meant"), [("a.JPG", True), ("a.heic", True), (".a.jpg", False), ("a.txt", False), ("jpg", False)]
)
def test_image_is_told_by_its_suffix(name, meant):
    assert is_image_name(name) is meant


def test_walk_in_circles_ends(tmp_path):
    touched(tmp_path, "a/1.jpg")
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    assert [path.name for path in images_below(tmp_path / "a")] == ["1.jpg"]


def test_csv_file_beside_images_is_the_way_out(tmp_path):
    assert csv_hint(tmp_path) == ""
    touched(tmp_path, "labels.CSV", "1.jpg")
    assert csv_hint(tmp_path) == f", or give {tmp_path / 'labels.CSV'} if it says which label each image has"


def test_folder_that_is_not_there_says_what_a_data_set_is(tmp_path):
    with pytest.raises(EdgewrightError, match=r"There is no data set at .*; give a folder that holds one folder of"):
        list_classes(tmp_path / "nowhere")
