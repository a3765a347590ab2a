"""What a data set's makers are told before they trust a model."""

from pathlib import Path

import pytest

from edgewright_runtime.dataset import Dataset, LabelledImage, read_dataset
from edgewright_train.data.data_warnings import data_warnings


def images(label: str, count: int, size: int = 100, *, first: int = 0) -> list[LabelledImage]:
    return [
        LabelledImage(f"{label}/{n}", label, f"{label}{size}{n}", None, size, size) for n in range(first, first + count)
    ]


def warnings_of(*groups: list[LabelledImage]) -> str:
    found = tuple(image for group in groups for image in group)
    return " ".join(data_warnings(Dataset(found, tuple(sorted({image.label for image in found})))))


def test_even_classes_of_one_size_need_no_word():
    assert warnings_of(images("a", 30), images("b", 25)) == ""


def test_uneven_classes_are_named_with_their_counts():
    assert "'a' has 90 images and 'b' 30" in warnings_of(images("a", 90), images("b", 30))


def test_classes_of_different_sizes_are_pointed_out():
    assert "names the class of 100% of the images" in warnings_of(images("a", 30, 300), images("b", 30, 224))


def test_sizes_that_are_all_different_tell_nothing():
    many = [images(label, 1, size, first=size) for size in range(100, 130) for label in "ab"]
    assert warnings_of(*many) == ""


def test_copies_are_counted():
    assert "2 image(s) are exact copies" in warnings_of(images("a", 9), images("a", 2), images("b", 9))


def test_leaf_photographs_from_several_sources_are_recognised_as_such(shared: Path):
    found = " ".join(data_warnings(read_dataset(shared / "data" / "banana_leaf")))
    assert "The classes are uneven: 'healthy' has 198 images and 'panama-disease' 42" in found
    assert "may learn the source and not the subject" in found


def test_flower_photographs_need_no_word(shared: Path):
    dataset = read_dataset(shared / "data" / "flowers5")
    assert (len(dataset.images), dataset.rejected) == (1495, ())
    assert data_warnings(dataset) == ()


@pytest.mark.parametrize("count", [2, 40])
def test_class_of_the_smallest_size_never_fails(count):
    warnings_of(images("a", count), images("b", 1))
