"""What a data set is once it has been read."""

import os

from edgewright_runtime.dataset.types import Dataset, LabelledImage, ListedFile


def test_name_that_is_no_utf8_is_told_apart():
    assert ListedFile("größe.jpg", "a").is_utf8
    assert not ListedFile(os.fsdecode(b"gr\xf6\xdfe.jpg"), "a").is_utf8


def test_classes_of_one_label_are_named_with_their_index_and_counted_apart():
    images = tuple(LabelledImage(str(n), name, "") for n, name in enumerate(["crane [1]", "crane [2]", "crane [2]"]))
    dataset = Dataset(images, ("tench", "crane", "crane"))
    assert dataset.class_names == ("tench", "crane [1]", "crane [2]")
    assert [dataset.count(name) for name in dataset.class_names] == [0, 1, 2]
