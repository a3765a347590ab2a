import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_convert.calibration.label_balance import NOTICEABLE_DISTANCE, label_balance
from edgewright_convert.calibration.representative_dataset import choose_rows
from edgewright_runtime.run.splits import SplitRow


def rows_with(split, counts):
    return [
        SplitRow(f"{split}/{label}/{number}.png", label, split, f"{split}{label}{number}")
        for label, count in counts.items()
        for number in range(count)
    ]


def balance_of(train, test, *, size=200):
    train_rows = rows_with("train", train)
    chosen = choose_rows(train_rows, sorted({*train, *test}), size=size, seed=0, where="splits.csv")
    return label_balance(chosen, train_rows, rows_with("test", test))


def test_splits_of_equal_balance_call_for_no_word():
    balance = balance_of({"a": 100, "b": 100}, {"a": 30, "b": 30})
    assert balance.distance == balance.train_distance == 0
    assert balance.note is None


def test_honestly_uneven_classes_call_for_no_word_although_the_draw_is_even():
    balance = balance_of({"a": 400, "b": 40}, {"a": 100, "b": 10}, size=80)
    assert balance.distance > NOTICEABLE_DISTANCE
    assert balance.note is None


def test_train_split_that_the_even_draw_puts_right_calls_for_no_word():
    balance = balance_of({"a": 400, "b": 100}, {"a": 50, "b": 50}, size=100)
    assert balance.train_distance > NOTICEABLE_DISTANCE
    assert balance.note is None


def test_class_that_the_train_split_is_short_of_is_named_with_both_shares():
    note = balance_of({"a": 90, "b": 10}, {"a": 50, "b": 50}).note
    assert "'b' has 10% of its images, and 50% of the test split's" in note


def test_test_split_of_another_balance_is_named_too():
    note = balance_of({"a": 200, "b": 200}, {"a": 90, "b": 10}).note
    assert "'a' has 50% of its images, and 90% of the test split's" in note


def test_class_that_is_only_in_the_train_split_counts():
    balance = balance_of({"a": 50, "b": 50}, {"a": 50})
    assert balance.distance == pytest.approx(0.5)
    assert "100% of the test split's" in balance.note


def test_few_images_may_differ_by_chance_where_many_may_not():
    train = {"a": 20, "b": 20}
    few, many = balance_of(train, {"a": 5, "b": 1}), balance_of(train, {"a": 500, "b": 100})
    assert few.distance == many.distance
    assert few.note is None
    assert many.note is not None


def test_without_test_images_there_is_nothing_to_compare():
    train = rows_with("train", {"a": 20})
    assert label_balance(train, train, []) is None


COUNTS = st.fixed_dictionaries({"a": st.integers(10, 40), "b": st.integers(10, 40), "c": st.integers(0, 40)})


@given(train=COUNTS, test=COUNTS)
def test_distance_is_the_share_that_would_have_to_change_class(train, test):
    train_rows, test_rows = rows_with("train", train), rows_with("test", test)
    found = label_balance(train_rows, train_rows, test_rows)
    moved = sum(max(0.0, train[x] / len(train_rows) - test[x] / len(test_rows)) for x in "abc")
    assert found.distance == found.train_distance == pytest.approx(moved)
    assert found.beyond_chance == label_balance(test_rows, test_rows, train_rows).beyond_chance
