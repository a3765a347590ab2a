"""A data set is read as a whole: to train on, or to compare models on."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.dataset.classes import TooFewImagesError
from edgewright_runtime.dataset.read import (
    MINIMUM_PER_CLASS,
    list_files,
    read_dataset,
    read_images,
    read_perhaps_unlabelled,
)
from edgewright_runtime.errors import EdgewrightError


def photos(folder: Path, label: str, count: int, *, seed: int = 0) -> None:
    (folder / label).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = np.random.default_rng([seed, number]).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / label / f"{number}.png")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for seed, label in enumerate(("green", "ripe")):
        photos(tmp_path, label, MINIMUM_PER_CLASS, seed=seed)
    return tmp_path


def test_progress_is_told_up_to_the_last_file(source):
    seen = []
    read_dataset(source, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (6, 6)


def test_given_labels_give_the_order_of_the_classes(source):
    assert read_dataset(source, labels=("ripe", "green")).labels == ("ripe", "green")
    (source / "labels.txt").write_text("ripe\ngreen\n")
    assert read_dataset(source).labels == ("ripe", "green")


def test_class_with_too_few_different_images_is_refused_with_its_count(source):
    (source / "ripe" / "2.png").write_bytes((source / "ripe" / "1.png").read_bytes())
    with pytest.raises(TooFewImagesError, match=r"too few different readable images .*'ripe' \(2\)"):
        read_dataset(source)


def test_one_class_is_no_data_set(tmp_path):
    photos(tmp_path, "ripe", 4)
    with pytest.raises(EdgewrightError, match="has the one class 'ripe'; a classifier needs at least two"):
        read_dataset(tmp_path)


def test_images_to_compare_on_may_be_few_and_of_one_class(tmp_path):
    photos(tmp_path, "ripe", 1)
    found = read_images(tmp_path, labels=("green", "ripe"))
    assert [image.label for image in found.images] == ["ripe"]
    assert found.labels == ("green", "ripe")


def test_of_split_data_only_the_test_split_is_compared_on_and_a_note_says_so(tmp_path):
    for seed, split in enumerate(("train", "test")):
        photos(tmp_path / split, "ripe", 3, seed=seed)
    found = read_images(tmp_path, labels=("ripe",))
    assert {image.split for image in found.images} == {"test"}
    assert any(note.startswith("Only the test split of") for note in found.notes)


def test_file_of_another_kind_says_what_a_data_set_is(tmp_path):
    (tmp_path / "data.zip").touch()
    with pytest.raises(EdgewrightError, match=r"is neither a folder nor a \.csv file"):
        list_files(tmp_path / "data.zip")


class TestWhereNotEveryClassIsNeeded:
    """Data for a model that is trained already."""

    def test_any_number_of_any_classes_is_taken_and_a_note_says_which_are_missing(self, source):
        (source / "brown").mkdir()
        labels = ("brown", "green", "ripe", *(f"kind {number}" for number in range(6)))
        found = read_dataset(source, labels=labels, every_class=False)
        assert found.labels == labels
        assert len(found.images) == 6
        assert found.notes == (
            f"{source} has no image of 7 of the 9 classes: 'brown', 'kind 0', 'kind 1', 'kind 2', 'kind 3' and 2 more.",
        )

    def test_class_whose_images_cannot_be_read_is_said_to_have_none(self, source):
        (source / "brown").mkdir()
        (source / "brown" / "0.png").write_bytes(b"no image")
        found = read_dataset(source, labels=("brown", "green", "ripe"), every_class=False)
        assert found.notes == (f"{source} has no image of 1 of the 3 classes: 'brown'.",)

    def test_nothing_is_said_where_every_class_has_one(self, source):
        assert read_dataset(source, labels=("green", "ripe"), every_class=False).notes == ()

    def test_label_that_no_class_has_is_refused_all_the_same(self, source):
        with pytest.raises(EdgewrightError, match=r"images labelled 'ripe', which .* does not name"):
            read_dataset(source, labels=("green",), every_class=False)

    def test_fewer_images_than_splits_are_refused(self, tmp_path):
        photos(tmp_path, "ripe", 2)
        with pytest.raises(TooFewImagesError, match=r"has 2 different readable image\(s\); it needs at least 3"):
            read_dataset(tmp_path, labels=("green", "ripe"), every_class=False)


class TestForAFinishedModel:
    """Labels where the data set has them; else none, and a note says why."""

    def read(self, source, labels=("green", "ripe")):
        return read_perhaps_unlabelled(source, labels=labels, labels_from="labels.txt")

    def test_labels_of_the_model_are_kept(self, source):
        assert {image.label for image in self.read(source).images} == {"green", "ripe"}

    def test_folder_without_classes_is_taken_without_labels(self, source):
        found = self.read(source / "ripe")
        assert [image.label for image in found.images] == ["", "", ""]
        assert any("only agreement can be told" in note and "no class folder" in note for note in found.notes)

    def test_folders_of_which_none_is_a_class_are_taken_without_labels(self, tmp_path):
        photos(tmp_path, "2023", 2)
        photos(tmp_path, "2024", 2, seed=5)
        found = self.read(tmp_path)
        assert found.labels == ("",)
        assert any("'2023', '2024', which labels.txt does not name" in note for note in found.notes)

    def test_list_of_paths_is_taken_without_labels(self, source):
        listed = source / "listed.txt"
        listed.write_text("\n".join(str(path) for path in sorted(source.rglob("*.png"))))
        assert self.read(listed).labels == ("",)

    def test_one_label_that_the_model_knows_asks_for_all_of_them(self, source):
        photos(source, "horse", 3, seed=9)
        with pytest.raises(EdgewrightError, match=r"labelled 'horse', which labels\.txt does not name"):
            self.read(source)
