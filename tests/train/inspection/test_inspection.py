"""A data set with everything wrong with it, and one with nothing."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.inspection import InspectOptions, inspect_dataset
from edgewright_train.inspection.answer import as_object, summary
from edgewright_train.inspection.findings import findings


def names(paths):
    return sorted(Path(path).name for path in paths)


def test_classes_are_counted_and_broken_files_named(found):
    assert found.counts == {"china": 49, "flower": 51}
    assert names(each.path for each in found.unreadable) == ["broken0.jpg", "broken1.jpg", "broken2.jpg"]


def test_exact_copies_across_splits_and_across_classes_are_found(found):
    exact = {tuple(names(each.paths)): each.crosses for each in found.duplicates if each.kind == "exact"}
    assert exact == {("000.jpg", "copy.jpg"): ("splits",), ("001.jpg", "other.jpg"): ("classes",)}


def test_a_copy_of_another_size_across_splits_is_found(found):
    near = {tuple(names(each.paths)): each.crosses for each in found.duplicates if each.kind == "near"}
    assert near["052.jpg", "smaller.jpg"] == ("splits",)


def test_the_size_that_gives_classes_away_is_first(found):
    first = found.shortcuts[0]
    assert first.row.name == "size"
    assert first.score > 0.9
    assert [each.score for each in found.shortcuts] == sorted((each.score for each in found.shortcuts), reverse=True)


def test_a_blank_image_is_told(found):
    blank = names(each.path for each in found.outliers if each.why == "blank")
    assert "black.png" in blank
    assert all(name < "048.jpg" for name in blank if name != "black.png")  # pieces of the sky


def test_what_is_wrong_comes_first_and_says_what_to_do(found):
    told = findings(found)
    assert [each.code for each in told[:4]] == ["shortcut", "leakage", "two-labels", "unreadable"]
    assert all(each.severity == "error" for each in told[:4])
    assert all(each.what.endswith(".") and each.evidence and each.remedy.endswith(".") for each in told)


def test_the_answer_has_the_promised_fields(found):
    answer = as_object(found)
    assert answer["images"] == 100
    assert answer["classes"] == {"china": 49, "flower": 51}
    assert len(answer["unreadable"]) == 3
    assert all(set(each) == {"paths", "kind", "crosses"} for each in answer["duplicates"])
    assert all(set(each) == {"path", "given", "suggested", "score"} for each in answer["label_errors"])
    assert answer["shortcuts"][0] == {"property": "size", "score": pytest.approx(1.0, abs=0.1)}
    assert any("1. Error: The image size alone" in line for line in summary(found))


def test_splits_of_the_data_set_are_kept(found):
    assert found.splits.given
    split = {Path(image.path).name: where for image, where in zip(found.images, found.splits.of_images, strict=True)}
    assert (split["000.jpg"], split["copy.jpg"], split["smaller.jpg"]) == ("train", "test", "val")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory, photographs):
    root = tmp_path_factory.mktemp("healthy")
    for number, image in enumerate(photographs):
        folder = root / ("china", "flower")[number // 48]
        folder.mkdir(exist_ok=True)
        image.save(folder / f"{number:03}.jpg", quality=90)
    return root


def test_a_healthy_data_set_raises_no_error_and_what_looks_alike_is_drawn_into_one_split(healthy):
    found = inspect_dataset(healthy, InspectOptions(weights="none", processes=1))
    assert not [each for each in findings(found) if each.severity == "error"]
    assert not [each for each in found.duplicates if each.crosses]
    assert not found.splits.given
    assert {*found.splits.of_images} == {"train", "val", "test"}


def test_several_processes_find_the_same_as_one(healthy):
    one = inspect_dataset(healthy, InspectOptions(weights="none", processes=1))
    two = inspect_dataset(healthy, InspectOptions(weights="none", processes=2))
    assert two.images == one.images
    assert two.shortcuts == one.shortcuts


def test_a_sample_is_random_stated_and_the_same_for_the_same_seed(healthy):
    one, again, other = (
        inspect_dataset(healthy, InspectOptions(sample=20, seed=seed, weights="none", processes=1))
        for seed in (0, 0, 1)
    )
    assert [image.path for image in one.images] == [image.path for image in again.images]
    assert [image.path for image in one.images] != [image.path for image in other.images]
    assert (len(one.images), one.files, one.sampled) == (20, 96, True)
    assert "a random 20 of 96 files" in summary(one)[0]


def test_most_wrong_labels_of_few_digits_are_found_and_little_else_is_told(tmp_path, digit_images):
    generator = np.random.default_rng(4)
    files = sorted(digit_images.glob("*/*.png"))
    swapped = set(generator.permutation(len(files))[: len(files) // 10].tolist())
    for place, file in enumerate(files):
        label = int(file.parent.name)
        label = (label + int(generator.integers(1, 10))) % 10 if place in swapped else label
        (tmp_path / str(label)).mkdir(exist_ok=True)
        with Image.open(file) as image:
            image.save(tmp_path / str(label) / f"{place:04}.png")
    found = inspect_dataset(tmp_path, InspectOptions(weights="none", processes=1))
    told = {int(Path(each.path).stem) for each in found.probed.errors}
    assert len(told & swapped) / len(told) >= 0.8
    assert len(told & swapped) / len(swapped) >= 0.5
    assert [each.score for each in found.probed.errors] == sorted(
        (each.score for each in found.probed.errors), reverse=True
    )


def test_a_folder_without_readable_images_is_refused(tmp_path):
    for label in "ab":
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.jpg").write_bytes(b"nothing")
    with pytest.raises(EdgewrightError, match="holds no readable image"):
        inspect_dataset(tmp_path)


@pytest.mark.shared
def test_the_resolution_of_banana_leaves_is_first(shared):
    found = inspect_dataset(shared / "data/banana_leaf", InspectOptions(weights="none"))
    assert found.shortcuts[0].row.name == "size"
    assert findings(found)[0].code == "shortcut"
