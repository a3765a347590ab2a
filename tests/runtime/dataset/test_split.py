"""Splits are stratified, reproducible, and never share a content."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.dataset import Dataset, LabelledImage, split_dataset
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import SPLITS, check_disjoint


def image(label: str, content: int, *, copy: int = 0, split: str | None = None) -> LabelledImage:
    sha256 = hashlib.sha256(f"{label}{content}".encode()).hexdigest()
    return LabelledImage(f"{label}/{content}-{copy}.jpg", label, sha256, split)


def dataset(images: list[LabelledImage]) -> Dataset:
    return Dataset(tuple(images), tuple(sorted({one.label for one in images})))


def plain(counts: dict[str, int]) -> Dataset:
    return dataset([image(label, number) for label, count in counts.items() for number in range(count)])


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    images = []
    for label in draw(st.lists(st.sampled_from("abcdefg"), min_size=2, max_size=5, unique=True)):
        copies = draw(st.lists(st.integers(1, 3), min_size=3, max_size=40))
        images += [image(label, number, copy=copy) for number, count in enumerate(copies) for copy in range(count)]
    return dataset(images)


fractions = st.floats(0.01, 0.49)


@given(datasets(), fractions, fractions, st.integers(0, 10**6))
def test_every_image_is_in_one_split_and_every_class_in_every_split(data, val, test, seed):
    rows = split_dataset(data, val_fraction=val, test_fraction=test, seed=seed)
    assert [row.path for row in rows] == [one.path for one in data.images]
    check_disjoint(rows, "rows")
    assert {(row.label, row.split) for row in rows} == {(label, split) for label in data.labels for split in SPLITS}


@given(datasets(), st.integers(0, 10**6), st.randoms())
def test_the_order_of_the_files_does_not_matter(data, seed, random):
    shuffled = list(data.images)
    random.shuffle(shuffled)
    one = split_dataset(data, seed=seed)
    other = split_dataset(Dataset(tuple(shuffled), data.labels), seed=seed)
    assert sorted(one, key=lambda row: row.path) == sorted(other, key=lambda row: row.path)


@given(datasets())
def test_the_same_seed_divides_in_the_same_way(data):
    assert split_dataset(data, seed=3) == split_dataset(data, seed=3)


def test_another_seed_divides_in_another_way():
    data = plain({"a": 50, "b": 50})
    assert split_dataset(data, seed=1) != split_dataset(data, seed=2)


def test_each_class_is_divided_by_the_fractions():
    rows = split_dataset(plain({"a": 100, "b": 20}), val_fraction=0.15, test_fraction=0.2, seed=0)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row.label][row.split] += 1
    assert counts == {"a": {"train": 65, "val": 15, "test": 20}, "b": {"train": 13, "val": 3, "test": 4}}


def test_the_division_of_a_data_set_is_the_same_in_every_release():
    rows = split_dataset(plain({"a": 6, "b": 6}), seed=0)
    assert "".join(row.split[1] for row in rows) == "aerrrrrrarer"


def test_new_images_mostly_leave_the_old_ones_where_they_were():
    before = {row.path: row.split for row in split_dataset(plain({"a": 200, "b": 200}), seed=0)}
    after = {row.path: row.split for row in split_dataset(plain({"a": 210, "b": 200}), seed=0)}
    moved = sum(after[path] != split for path, split in before.items())
    assert moved <= 10


def given_splits(*splits: str) -> Dataset:
    return dataset([image(label, n, split=split) for label in "ab" for n, split in enumerate(splits)])


def test_given_splits_are_kept():
    data = given_splits("train", "train", "val", "test")
    assert [row.split for row in split_dataset(data, seed=5)] == [one.split for one in data.images]


def test_missing_val_is_drawn_from_train_and_test_stays():
    data = given_splits(*["train"] * 20, *["test"] * 4)
    rows = split_dataset(data, val_fraction=0.15, seed=5)
    assert Counter(row.split for row in rows) == {"train": 34, "val": 6, "test": 8}
    assert all(row.split == "test" for row, one in zip(rows, data.images, strict=True) if one.split == "test")


def test_missing_test_is_drawn_from_train():
    rows = split_dataset(given_splits(*["train"] * 10, "val"), test_fraction=0.2, seed=5)
    assert Counter(row.split for row in rows) == {"train": 16, "val": 2, "test": 4}


def test_class_without_training_images_is_refused():
    images = [image("a", n, split=split) for n, split in enumerate(("train", "val", "test"))]
    images += [image("b", n, split=split) for n, split in enumerate(("val", "test"))]
    with pytest.raises(EdgewrightError, match=r"train split has no image of the class.* 'b'"):
        split_dataset(dataset(images), seed=0)


def test_class_too_small_to_draw_from_is_refused():
    with pytest.raises(EdgewrightError, match=r"'a' has 1 different image\(s\) to draw val from"):
        split_dataset(given_splits("train", "test"), seed=0)


@pytest.mark.parametrize(("val", "test"), [(0.5, 0.5), (0.0, 0.2), (0.2, 0.0), (0.9, 0.9)])
def test_fractions_that_leave_a_split_empty_are_refused(val, test):
    with pytest.raises(EdgewrightError, match="must be above 0 and together below 1"):
        split_dataset(plain({"a": 9, "b": 9}), val_fraction=val, test_fraction=test, seed=0)


class TestWhereNotEveryClassIsNeeded:
    """Small classes are divided together; the others as ever."""

    def test_classes_of_one_image_are_divided_by_the_fractions(self):
        rows = split_dataset(plain({f"{number:03}": 1 for number in range(200)}), seed=0, every_class=False)
        assert Counter(row.split for row in rows) == {"train": 130, "val": 30, "test": 40}

    @given(datasets(), st.integers(0, 10**6))
    def test_classes_that_are_large_enough_are_divided_as_where_every_class_is_needed(self, data, seed):
        lone = [image(label, 0) for label in "uvwxyz"]
        both = Dataset((*data.images, *lone), (*data.labels, *"uvwxyz", "absent"))
        rows = split_dataset(both, seed=seed, every_class=False)
        assert rows[: len(data.images)] == split_dataset(data, seed=seed)
        check_disjoint(rows, "rows")

    @given(st.lists(st.integers(1, 2), min_size=3, max_size=30), st.integers(0, 10**6))
    def test_every_split_has_an_image_and_copies_stay_together(self, counts, seed):
        images = [
            image(f"{label:02}", number, copy=copy)
            for label, count in enumerate(counts)
            for number in range(count)
            for copy in range(2)
        ]
        rows = split_dataset(dataset(images), seed=seed, every_class=False)
        check_disjoint(rows, "rows")
        assert {row.split for row in rows} == set(SPLITS)
        assert rows == split_dataset(dataset(images), seed=seed, every_class=False)

    def test_too_few_to_divide_stay_in_train(self):
        rows = split_dataset(plain({"a": 10, "b": 1, "c": 1}), seed=0, every_class=False)
        assert {row.split for row in rows if row.label in "bc"} == {"train"}

    def test_given_splits_are_kept_and_the_missing_one_is_drawn(self):
        images = [image(f"{n:02}", 0, split="test" if n % 3 == 0 else "train") for n in range(30)]
        rows = split_dataset(dataset(images), seed=0, every_class=False)
        assert Counter(row.split for row in rows) == {"train": 17, "val": 3, "test": 10}
        assert all(row.split == "test" for row, one in zip(rows, images, strict=True) if one.split == "test")

    def test_a_split_without_an_image_is_refused(self):
        images = [image("a", 0, split="train"), image("b", 0, split="test")]
        with pytest.raises(EdgewrightError, match="No image is left for val"):
            split_dataset(dataset(images), seed=0, every_class=False)


class TestGroups:
    """What belongs together is on one side, whatever its classes."""

    @given(st.lists(st.integers(1, 4), min_size=5, max_size=25), st.integers(0, 10**6))
    def test_no_group_is_in_two_splits(self, sizes, seed):
        images = [
            replace(image("ab"[group % 2], 10 * group + number), group=str(group // 2 if group < 4 else group))
            for group, size in enumerate((*sizes, 1, 1, 1, 1, 1, 1))
            for number in range(size)
        ]
        rows = split_dataset(dataset(images), seed=seed)
        splits_of = defaultdict(set)
        for row, one in zip(rows, images, strict=True):
            splits_of[one.group].add(row.split)
        assert all(len(splits) == 1 for splits in splits_of.values())
        assert {(row.label, row.split) for row in rows} >= {(label, "train") for label in "ab"}

    def test_images_alone_in_their_groups_are_split_as_ever(self):
        data = plain({"a": 30, "b": 12})
        alone = dataset([replace(one, group=one.path) for one in data.images])
        assert split_dataset(alone, seed=3) == split_dataset(data, seed=3)

    def test_images_that_look_alike_are_on_one_side(self):
        looks = [np.random.default_rng(number).integers(0, 256, 256, np.uint8).tobytes() for number in range(12)]
        images = [replace(image(label, number), look=looks[number % 12]) for label in "ab" for number in range(24)]
        by_number = defaultdict(set)
        for row in split_dataset(dataset(images), seed=0):
            by_number[int(row.path.split("/")[1].split("-")[0]) % 12].add(row.split)
        assert all(len(splits) == 1 for splits in by_number.values())

    def test_shares_are_of_images_and_not_of_groups(self):
        images = [replace(image("a", number), group=str(number // 5)) for number in range(100)]
        images += [image("b", number) for number in range(100)]
        counts = Counter((row.label, row.split) for row in split_dataset(dataset(images), seed=0))
        assert counts["a", "test"] == counts["b", "test"] == 20
        assert counts["a", "val"] == counts["b", "val"] == 15

    def test_a_class_of_too_few_groups_is_refused(self):
        images = [*plain({"b": 9}).images, *(replace(image("a", number), group="one plant") for number in range(9))]
        with pytest.raises(EdgewrightError, match=r"'a' has 9 different image\(s\), in 1 group\(s\)"):
            split_dataset(dataset(images), seed=0)
