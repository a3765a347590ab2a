"""Scores agree with scikit-learn's."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support

from edgewright_train.results import score
from edgewright_train.results.scores import Averages

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
            assert ours.recall_interval[0] <= ours.recall <= ours.recall_interval[1]
    assert scores.macro_avg.recall == pytest.approx(scores.balanced_accuracy)
    assert scores.weighted_avg.recall == pytest.approx(scores.accuracy)
    assert scores.micro_avg == Averages(*[pytest.approx(scores.accuracy)] * 3)
    assert scores.accuracy <= scores.top_k_accuracy["2"] <= 1


def test_class_without_images_has_no_scores_and_does_not_count():
    scores = score(np.eye(3, dtype=np.float32)[[0, 1]], np.array([0, 1]), LABELS)
    assert scores.per_class["c"].recall is None
    assert scores.per_class["c"].recall_interval is None
    assert scores.per_class["c"].roc_auc is None
    assert scores.balanced_accuracy == 1.0
    assert scores.macro_avg == Averages(1.0, 1.0, 1.0)


def test_interval_is_wilsons():
    # 80 of 100 at 95 %: 0.7112 to 0.8666 (Newcombe 1998, method 3).
    scores = score(np.eye(2, dtype=np.float32)[[0] * 80 + [1] * 20], np.zeros(100, np.int64), ("a", "b"))
    assert scores.accuracy_interval == pytest.approx((0.7112, 0.8666), abs=1e-4)
    assert scores.confidence == 0.95


def test_top_k_counts_how_many_classes_are_more_probable_than_the_true_one():
    probabilities = np.array([[0.4, 0.3, 0.2, 0.06, 0.03, 0.01]] * 6, np.float32)
    scores = score(probabilities, np.arange(6), tuple("abcdef"))
    assert scores.top_k_accuracy == {"2": 2 / 6, "3": 3 / 6, "5": 5 / 6}
    assert scores.accuracy == pytest.approx(1 / 6)


def test_model_that_says_the_same_of_all_classes_knows_the_first_ones_only():
    scores = score(np.full((4, 4), 0.25, np.float32), np.arange(4), tuple("abcd"))
    assert (scores.accuracy, scores.top_k_accuracy) == (1 / 4, {"2": 2 / 4, "3": 3 / 4})


def test_area_under_the_curve_is_the_share_of_pairs_in_the_right_order():
    probability = np.array([0.9, 0.6, 0.7, 0.2])
    probabilities = np.stack([probability, 1 - probability], axis=1).astype(np.float32)
    scores = score(probabilities, np.array([0, 0, 1, 1]), ("a", "b"))
    assert scores.per_class["a"].roc_auc == pytest.approx(3 / 4)
    assert scores.roc_auc_ovr == pytest.approx(3 / 4)
    # Of "a": 1 of the first 1, 2 of the first 3.
    assert scores.per_class["a"].average_precision == pytest.approx((1 + 2 / 3) / 2)


def test_split_of_one_class_has_no_area_and_its_file_is_valid_json():
    scores = score(np.eye(2, dtype=np.float32)[[0, 1]], np.array([0, 0]), ("a", "b"))
    assert scores.roc_auc_ovr is None
    text = json.dumps(scores.to_dict(), allow_nan=False)
    assert json.loads(text)["per_class"]["a"]["roc_auc"] is None


def test_temperature_changes_the_trust_and_no_label():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]], np.float32)
    plain, mended = (score(probabilities, np.array([0, 1, 0, 1]), ("a", "b"), temperature=t) for t in (None, 3.0))
    assert plain.after_temperature is None
    assert mended.before_temperature == plain.before_temperature
    assert mended.after_temperature.log_loss < mended.before_temperature.log_loss
    assert mended.confusion_matrix == plain.confusion_matrix
    assert plain.to_dict()["ece"] == plain.before_temperature.ece


def test_certain_and_wrong_costs_a_finite_loss():
    assert np.isfinite(score(np.eye(3, dtype=np.float32)[[0]], np.array([1]), LABELS).loss)
