"""Faults of a data set, planted in real files, are found and named; a sound one is left alone."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_train.doctor import DoctorOptions, examine
from edgewright_train.recipes import Recipe

CLASSES = ("apple", "pear", "plum")


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """90 images of coarse coloured patches, no two alike. Read only."""
    folder = tmp_path_factory.mktemp("sound") / "data"
    for place, label in enumerate(CLASSES):
        (folder / label).mkdir(parents=True)
        for number in range(30):
            patches = np.random.default_rng((place, number)).integers(0, 256, (6, 6, 3), np.uint8)
            Image.fromarray(patches).resize((64, 64), Image.Resampling.NEAREST).save(
                folder / label / f"{number:02}.png"
            )
    return folder


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "data")


def codes(data: Path, recipe: Recipe, **changes: object) -> list[str]:
    options = DoctorOptions(recipe=replace(recipe, **changes), weights="none", data_only=True)
    return [each.code for each in examine(data, options).diagnosis.findings]


def test_sound_data_set_needs_no_word(sound, small_recipe):
    assert codes(sound, small_recipe, val_fraction=0.3) == []


def corrupt(data: Path) -> None:
    for number in range(4):
        path = data / "pear" / f"{number:02}.png"
        path.write_bytes(path.read_bytes()[:90])


def copy_into_other_class(data: Path) -> None:
    shutil.copy(data / "pear" / "00.png", data / "plum" / "another.png")


def save_again_in_other_class(data: Path) -> None:
    with Image.open(data / "pear" / "00.png") as image:
        image.resize((50, 50)).save(data / "plum" / "another.jpg", quality=70)


def leave_five(data: Path) -> None:
    for path in sorted((data / "plum").iterdir())[5:]:
        path.unlink()


def leave_sixteen_of_each_but_one(data: Path) -> None:
    for number in range(50):
        patches = np.random.default_rng((9, number)).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(patches).resize((64, 64), Image.Resampling.NEAREST).save(data / "plum" / f"more{number}.png")
    for path in sorted((data / "pear").iterdir())[16:]:
        path.unlink()


def call_by_numbers(data: Path) -> None:
    for label, number in zip(CLASSES, ("2", "10", "1"), strict=True):
        (data / label).rename(data / number)


def change(data: Path, changed: Callable[[Image.Image], Image.Image]) -> None:
    for path in data.rglob("*.png"):
        with Image.open(path) as image:
            whole = changed(image)
        whole.save(path)


def divide_by_255(data: Path) -> None:
    change(data, lambda image: image.point(lambda value: value // 255))


def stretch(data: Path) -> None:
    change(data, lambda image: image.resize((160, 64)))


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (corrupt, "unreadable_files"),
        (copy_into_other_class, "duplicates_across_classes"),
        (save_again_in_other_class, "duplicates_across_classes"),
        (leave_five, "class_too_small"),
        (leave_sixteen_of_each_but_one, "imbalance"),
        (call_by_numbers, "label_order"),
        (divide_by_255, "pixel_range"),
        (stretch, "resize_distorts"),
    ],
)
def test_planted_fault_is_found_and_named(data, small_recipe, plant, code):
    plant(data)
    assert code in codes(data, small_recipe, resize_method="squash")


def test_small_validation_split_is_named(sound, small_recipe):
    assert "validation_too_small" in codes(sound, small_recipe, val_fraction=0.05)


@pytest.mark.parametrize("exact", [True, False])
def test_image_in_two_splits_is_found(sound, small_recipe, tmp_path, exact):
    for label in CLASSES:
        for number, path in enumerate(sorted((sound / label).iterdir())):
            target = tmp_path / ("val", "test", "train", "train")[number % 4] / label / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    assert codes(tmp_path, small_recipe) == []
    with Image.open(tmp_path / "val" / "pear" / "00.png") as image:
        if exact:
            shutil.copy(tmp_path / "val" / "pear" / "00.png", tmp_path / "train" / "pear" / "copy.png")
        else:
            image.resize((48, 48)).save(tmp_path / "train" / "pear" / "copy.jpg", quality=70)
    assert codes(tmp_path, small_recipe) == ["duplicates_across_splits"]


def test_class_with_too_few_images_to_train_is_an_error_and_no_crash(data, small_recipe):
    for path in sorted((data / "plum").iterdir())[2:]:
        path.unlink()
    found = examine(data, DoctorOptions(recipe=small_recipe, weights="none", data_only=True)).diagnosis
    assert [each.code for each in found.findings] == ["class_too_small"]
    assert found.has_errors
