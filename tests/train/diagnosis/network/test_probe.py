"""The probe says of an image what one that has not seen it says."""

import numpy as np
import pytest

from edgewright_train.diagnosis.network.label_noise import wrong_labels
from edgewright_train.diagnosis.network.probe import fitted_probe

NAMES = ("a", "b", "c")


def clouds(count: int, *, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features of three classes that are the further apart the smaller their spread."""
    generator = np.random.default_rng(seed)
    classes = generator.integers(0, 3, count)
    centres = generator.normal(0, 1, (3, 20))
    return (centres[classes] + generator.normal(0, spread, (count, 20))).astype(np.float32), classes


def findings(features: np.ndarray, classes: np.ndarray) -> list[str]:
    answers = fitted_probe(features, classes, count=3).left_out
    paths = [f"{number}.jpg" for number in range(len(classes))]
    return [each.evidence for each in wrong_labels(answers, classes, NAMES, paths, judge="a probe")]


def test_image_left_out_by_formula_is_answered_as_by_a_probe_without_it():
    features, classes = clouds(40, spread=1.5)
    whole = fitted_probe(features, classes, count=3)
    for place in range(10):
        others = np.arange(40) != place
        # Means and deviations move a little with the image: hence not every answer need be the same.
        alone = fitted_probe(features[others], classes[others], count=3).answers(features[place : place + 1])
        if whole.left_out.margins[place] > 0.2:
            assert alone.predicted[0] == whole.left_out.predicted[place]


def test_probe_tells_apart_what_can_be_told_apart():
    features, classes = clouds(180, spread=0.3)
    said = fitted_probe(features[:120], classes[:120], count=3).answers(features[120:])
    assert (said.predicted == classes[120:]).mean() > 0.95


@pytest.mark.parametrize("spread", [0.3, 1.2])
def test_swapped_labels_are_found_whether_the_classes_are_easy_or_hard(spread):
    features, classes = clouds(300, spread=spread)
    assert findings(features, classes) == []
    swapped = classes.copy()
    swapped[:30] = (classes[:30] + 1) % 3
    (evidence,) = findings(features, swapped)
    named = [int(part.split(".jpg")[0]) for part in evidence.split(": ")[-1].split(", ") if ".jpg" in part]
    assert all(number < 30 for number in named[:3])


def test_probe_that_is_mostly_wrong_accuses_no_label():
    features, classes = clouds(300, spread=50)
    assert findings(features, classes) == []
