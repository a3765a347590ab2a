"""Ready train, val and test folders are kept as splits, or a sentence says why not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.dataset import read_dataset, read_images, split_dataset
from edgewright_runtime.errors import EdgewrightError

NUMBERS = iter(range(10_000))


def photo(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(next(NUMBERS)).integers(0, 256, (10, 12, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def ready(folder: Path, **counts: int) -> Path:
    """A folder per split with that many images of each of two classes."""
    for split, count in counts.items():
        for label in ("cat", "dog"):
            for number in range(count):
                photo(folder / split / label / f"{number}.png")
    return folder


def sizes(folder: Path) -> dict[str, int]:
    rows = split_dataset(read_dataset(folder))
    assert {row.label for row in rows} == {"cat", "dog"}
    return {split: sum(row.split == split for row in rows) for split in ("train", "val", "test")}


@pytest.mark.parametrize(
    "names",
    [("train", "val", "test"), ("training", "validation", "testing"), ("Train", "valid", "TEST")],
)
def test_splits_are_kept_as_they_are(names, tmp_path):
    train, val, test = names
    assert sizes(ready(tmp_path, **{train: 5, val: 2, test: 3})) == {"train": 10, "val": 4, "test": 6}


def test_missing_splits_are_drawn_from_train(tmp_path):
    assert sizes(ready(tmp_path / "a", train=10, test=3)) == {"train": 16, "val": 4, "test": 6}
    assert sizes(ready(tmp_path / "b", train=10, val=3)) == {"train": 16, "val": 6, "test": 4}


def test_what_was_taken_is_told(tmp_path):
    source = ready(tmp_path, train=5, test=3)
    assert read_dataset(source).notes == (
        f"{source} is split already: train, test are kept as they are; val will be drawn from train.",
    )


def test_folder_around_the_splits_is_followed(tmp_path):
    ready(tmp_path / "archive" / "animals", train=5, val=2, test=3)
    assert sizes(tmp_path) == {"train": 10, "val": 4, "test": 6}


def test_unlabelled_test_folder_is_left_out_by_name(tmp_path):
    source = ready(tmp_path, train=10)
    for number in range(4):
        photo(source / "test" / f"{number}.png")
    dataset = read_dataset(source)
    assert [(file.path, file.reason) for file in dataset.rejected] == [
        (str(source / "test"), "its 4 image(s) lie in no class folder, so they have no label")
    ]
    assert dataset.notes == (f"{source} has labelled images in train only; val and test will be drawn from train.",)
    assert sizes(source) == {"train": 12, "val": 4, "test": 4}


def test_copy_of_a_test_image_is_left_out_of_train(tmp_path):
    source = ready(tmp_path, train=5, val=2, test=3)
    (source / "train" / "cat" / "copy.png").write_bytes((source / "test" / "cat" / "0.png").read_bytes())
    (left_out,) = read_dataset(source).rejected
    assert left_out.path == str(source / "train" / "cat" / "copy.png")
    assert left_out.reason.startswith("its content is in test too, as ")


def test_gate_uses_the_test_split(tmp_path):
    source = ready(tmp_path, train=5, val=2, test=3)
    assert len(read_images(source, labels=("cat", "dog")).images) == 6


def test_folders_beside_the_splits_without_images_do_not_matter(tmp_path):
    source = ready(tmp_path, train=5, test=3)
    (source / "annotations").mkdir()
    photo(source / "cover.png")
    assert {Path(file.path).name: file.reason for file in read_dataset(source).rejected} == {
        "cover.png": "it lies beside the splits, so it is in none",
        "annotations": "the folder holds no image",
    }


def test_one_folder_called_as_a_split_among_others_is_a_class(tmp_path):
    for label in ("bus", "train", "tram"):
        for number in range(4):
            photo(tmp_path / label / f"{number}.png")
    assert read_dataset(tmp_path).labels == ("bus", "train", "tram")


class TestRefusals:
    def test_class_in_one_split_only(self, tmp_path):
        source = ready(tmp_path, train=5, test=3)
        (source / "test" / "dog").rename(source / "test" / "Dog")
        with pytest.raises(
            EdgewrightError, match=r"train has the class folder\(s\) 'dog', which .*test lacks; every split"
        ):
            read_dataset(source)

    def test_class_that_train_lacks(self, tmp_path):
        source = ready(tmp_path, train=5, test=3)
        photo(source / "test" / "eel" / "0.png")
        with pytest.raises(EdgewrightError, match=r"test has the class folder\(s\) 'eel', which .*train lacks"):
            read_dataset(source)

    def test_empty_class_folder_says_that_the_split_has_none(self, tmp_path):
        source = ready(tmp_path, train=5, test=3)
        for path in (source / "test" / "dog").iterdir():
            path.unlink()
        assert {image.label for image in read_dataset(source).images if image.split == "test"} == {"cat"}

    def test_no_train_folder(self, tmp_path):
        with pytest.raises(EdgewrightError, match="has the splits val and test but no train folder"):
            read_dataset(ready(tmp_path, val=5, test=3))

    def test_two_folders_of_one_split(self, tmp_path):
        with pytest.raises(EdgewrightError, match="has the folders val and validation, which both mean val"):
            read_dataset(ready(tmp_path, train=5, val=3, validation=3))

    def test_images_in_a_folder_beside_the_splits(self, tmp_path):
        source = ready(tmp_path, train=5, test=3)
        photo(source / "bus" / "0.png")
        with pytest.raises(EdgewrightError, match="which look like splits, and beside them images in 'bus'"):
            read_dataset(source)

    def test_train_folder_without_class_folders(self, tmp_path):
        for number in range(4):
            photo(tmp_path / "train" / f"{number}.png")
            photo(tmp_path / "test" / f"{number}.png")
        (tmp_path / "labels.csv").touch()
        with pytest.raises(
            EdgewrightError, match=r"train holds 4 image\(s\) but no class folder; .*or give .*labels\.csv"
        ):
            read_dataset(tmp_path)
