"""Labels in another order than the outputs."""

import numpy as np
import pytest

from edgewright_convert.importing.contract_search.label_order import other_orders

LABELS = ("rose", "daisy", "tulip", "aster")


def shares(said, truth, labels=LABELS):
    found = other_orders(np.asarray(said), np.asarray(truth), labels)
    return {says: float(right.mean()) for says, right in found}


@pytest.mark.parametrize(
    ("says", "moved"),
    [
        ("in reverse", [3, 2, 1, 0]),
        ("one further down", [1, 2, 3, 0]),
        ("one further up", [3, 0, 1, 2]),
        ("sorted by name", [2, 1, 3, 0]),
    ],
)
def test_usual_mistake_is_right_for_all_photographs(says, moved):
    truth = np.arange(12) % 4
    # The output that a label is at, where the list given is in another order than the outputs.
    found = shares(np.array(moved)[truth], truth)
    assert found[says] == 1.0


def test_order_of_its_own_is_read_off_the_answers_and_told_by_example():
    truth = np.arange(16) % 4
    said = np.array([1, 0, 2, 3])[truth]
    own = [says for says, share in shares(said, truth).items() if share == 1.0]
    (only,) = own
    assert only in {
        "in another order ('rose' where 'daisy' is, 'daisy' where 'rose' is)",
        "in another order ('daisy' where 'rose' is, 'rose' where 'daisy' is)",
    }


def test_few_photographs_of_many_classes_have_no_order_of_their_own():
    truth = np.arange(4)
    assert not [says for says in shares(truth, truth) if says.startswith("in another")]
