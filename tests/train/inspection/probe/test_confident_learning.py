import numpy as np
import pytest

from edgewright_train.inspection.probe.confident_learning import own_rule, wrong_labels


def probabilities(seed, *, classes, count, sharpness):
    """True classes, labels of which a tenth is wrong, and probabilities that mostly name the true class."""
    generator = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(classes), generator.integers(0, classes, count - classes)])
    labels = truth.copy()
    swapped = generator.permutation(np.arange(classes, count))[: count // 10]
    labels[swapped] = (truth[swapped] + generator.integers(1, classes, len(swapped))) % classes
    logits = generator.normal(0, 1, (count, classes))
    logits[np.arange(count), truth] += sharpness
    odds = np.exp(logits)
    return labels, odds / odds.sum(axis=1, keepdims=True), swapped


@pytest.mark.parametrize("sharpness", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("classes", [2, 5, 12])
def test_our_rule_and_cleanlabs_give_the_same_answer(classes, sharpness):
    pytest.importorskip("cleanlab", reason="cleanlab, with which our rule is compared, is not installed")
    for seed in range(5):
        labels, found, _ = probabilities(seed, classes=classes, count=40 * classes, sharpness=sharpness)
        np.testing.assert_array_equal(own_rule(labels, found), wrong_labels(labels, found))


def test_our_rule_and_cleanlabs_agree_on_classes_of_very_different_size():
    pytest.importorskip("cleanlab", reason="cleanlab, with which our rule is compared, is not installed")
    labels, found, _ = probabilities(9, classes=4, count=400, sharpness=2.0)
    kept = np.flatnonzero((labels != 3) | (np.cumsum(labels == 3) <= 3))
    np.testing.assert_array_equal(own_rule(labels[kept], found[kept]), wrong_labels(labels[kept], found[kept]))


def test_swapped_labels_are_found():
    labels, found, swapped = probabilities(1, classes=5, count=500, sharpness=5.0)
    flagged = np.flatnonzero(own_rule(labels, found))
    right = len(set(flagged) & set(swapped.tolist()))
    assert right / len(flagged) > 0.9
    assert right / len(swapped) > 0.9


def test_a_probe_that_names_every_label_leaves_nothing_to_say():
    labels, _, _ = probabilities(2, classes=3, count=60, sharpness=1.0)
    assert not own_rule(labels, np.eye(3)[labels] * 0.9 + 0.1 / 3).any()
