"""Scores agree with scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support

from edgewright_train.results import score

pytestmark = pytest.mark.numeric

LABELS = ("a", "b", "c")


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)), min_size=1, max_size=40
    )
)
def test_scores_agree_with_scikit_learn(predictions):
    truth = np.array([index for index, _ in predictions])
    raw = np.array([values for _, values in predictions], dtype=np.float32)
    exact = raw.astype(np.float64) / raw.astype(np.float64).sum(axis=1, keepdims=True)
    probabilities = exact.astype(np.float32)
    scores, chosen = score(probabilities, truth, LABELS), probabilities.argmax(axis=1)
    assert scores.n == len(predictions)
    assert scores.accuracy == pytest.approx(accuracy_score(truth, chosen))
    assert scores.confusion_matrix == confusion_matrix(truth, chosen, labels=[0, 1, 2]).tolist()
    assert scores.loss == pytest.approx(log_loss(truth, exact, labels=[0, 1, 2]), rel=1e-4)
    expected = zip(*precision_recall_fscore_support(truth, chosen, labels=[0, 1, 2], zero_division=0.0), strict=True)
    for ours, (precision, recall, f1, support) in zip(scores.per_class.values(), expected, strict=True):
        assert ours.support == support
        if support:
            assert (ours.precision, ours.recall, ours.f1) == pytest.approx((precision, recall, f1))


def test_class_without_images_has_no_scores_and_does_not_count():
    scores = score(np.eye(3, dtype=np.float32)[[0, 1]], np.array([0, 1]), LABELS)
    assert scores.per_class["c"].recall is None
    assert scores.balanced_accuracy == 1.0


def test_certain_and_wrong_costs_a_finite_loss():
    assert np.isfinite(score(np.eye(3, dtype=np.float32)[[0]], np.array([1]), LABELS).loss)
