"""Which classes are taken for which, most first."""

import csv
import io

from edgewright_train.results.confused import ConfusedPair, confused_pairs, confusion_csv

MATRIX = [[7, 3, 0], [0, 4, 1], [1, 1, 0]]


def test_pairs_come_by_images_and_then_by_share_of_the_true_class():
    assert confused_pairs(MATRIX, at_most=3) == (
        ConfusedPair(0, 1, 3, 0.3),
        ConfusedPair(2, 0, 1, 0.5),
        ConfusedPair(2, 1, 1, 0.5),
    )
    assert len(confused_pairs(MATRIX, at_most=9)) == 4
    assert confused_pairs([[3, 0], [0, 0]], at_most=9) == ()


def test_table_has_a_row_for_each_true_class_and_names_of_any_kind():
    labels = ("a,b", 'say "x"', "a,b")
    rows = list(csv.reader(io.StringIO(confusion_csv(MATRIX, labels).decode())))
    assert rows[0][1:] == [row[0] for row in rows[1:]] == ["a,b [0]", 'say "x"', "a,b [2]"]
    assert [[int(count) for count in row[1:]] for row in rows[1:]] == MATRIX
