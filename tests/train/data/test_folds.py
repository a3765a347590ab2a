"""Every image outside the test split is held out in one fold, and every class is in each."""

from collections import Counter
from dataclasses import replace

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import SplitRow
from edgewright_train.data.folds import Fold, rows_of_fold

ROWS = tuple(
    SplitRow(f"{label}{number}", label, "test" if number < 3 else "train" if number % 3 else "val", f"{label}-{number}")
    for label, count in (("cat", 13), ("dog", 9))
    for number in range(count)
)


def held_out(rows, fold: Fold, *, seed: int = 0) -> set[str]:
    return {row.path for row in rows_of_fold(rows, fold, seed=seed) if row.split == "val"}


def test_folds_divide_what_is_outside_the_test_split():
    parts = [held_out(ROWS, Fold(number, 3)) for number in (1, 2, 3)]
    everything = Counter(path for part in parts for path in part)
    assert everything == Counter(row.path for row in ROWS if row.split != "test")
    assert {len(part) for part in parts} == {5, 6}
    assert all({path[:3] for path in part} == {"cat", "dog"} for part in parts)


def test_the_test_split_and_the_order_of_the_rows_stay():
    found = rows_of_fold(ROWS, Fold(2, 3), seed=0)
    assert [row.path for row in found] == [row.path for row in ROWS]
    assert [row.split == "test" for row in found] == [row.split == "test" for row in ROWS]
    assert {row.split for row in found} == {"train", "val", "test"}


def test_copies_of_an_image_stay_together():
    copies = (*ROWS, *(replace(row, path=f"copy of {row.path}") for row in ROWS))
    for number in (1, 2, 3):
        part = held_out(copies, Fold(number, 3))
        assert {f"copy of {path}" for path in part if not path.startswith("copy")} < part


def test_the_seed_decides():
    assert held_out(ROWS, Fold(1, 3)) == held_out(ROWS, Fold(1, 3))
    assert held_out(ROWS, Fold(1, 3)) != held_out(ROWS, Fold(1, 3), seed=1)


def test_more_folds_than_images_of_a_class_are_refused():
    with pytest.raises(EdgewrightError, match=r"class 'dog' has 6 different image\(s\) .* too few for 7 folds"):
        rows_of_fold(ROWS, Fold(1, 7), seed=0)


def test_one_fold_is_none():
    with pytest.raises(EdgewrightError, match="from 2 on, not 1"):
        Fold(1, 1)


def test_what_belongs_together_is_held_out_together():
    groups = {row.sha256: f"{row.label}-{int(row.path[3:]) // 2}" for row in ROWS}
    parts = [
        {row.path for row in rows_of_fold(ROWS, Fold(number, 3), seed=0, groups=groups) if row.split == "val"}
        for number in (1, 2, 3)
    ]
    outside = {row.path for row in ROWS if row.split != "test"}
    assert set().union(*parts) == outside
    for row in ROWS:
        together = {other.path for other in ROWS if groups[other.sha256] == groups[row.sha256]} & outside
        assert sum(bool(together & part) for part in parts) <= 1
