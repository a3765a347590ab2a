"""The trained network against a linear probe on its own features."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..finding import WARNING, Finding
from ..network.label_noise import wrong_labels
from ..network.probe import fitted_probe
from .seen import TrainingSeen

_MOST = 450
_PER_CLASS = 5  # validation images that a probe needs
_BETTER, _SURELY = 0.05, 2.6
"""By how much the probe must be better, and by how many deviations: by chance one of 200 is."""


def below_probe(seen: TrainingSeen) -> Iterator[Finding]:
    """A head that makes less of the features than a ridge regression does, fitted to the validation split alone."""
    val, test = seen.held_out["val"], seen.held_out["test"]
    if len(val.classes) < _PER_CLASS * len(seen.names) or not np.isfinite(val.features).all():
        return
    probe = fitted_probe(val.features[:_MOST], val.classes[:_MOST], count=len(seen.names))
    by_probe = probe.answers(test.features).predicted == test.classes
    by_model = test.probabilities.argmax(axis=1) == test.classes
    won, lost = int((by_probe & ~by_model).sum()), int((by_model & ~by_probe).sum())
    if won - lost < _BETTER * len(test.classes) or won - lost < _SURELY * math.sqrt(won + lost):
        return
    yield Finding(
        "below_linear_probe",
        WARNING,
        "The recipe makes less of the features than a simple linear probe does.",
        f"The model is right on {by_model.mean():.1%} of {len(test.classes)} test images; a ridge regression on the "
        "same "
        f"features, fitted to the {len(val.classes)} validation images alone, on {by_probe.mean():.1%}.",
        "Train the head better: more epochs or another learning_rate in [head_phase], or solver = "
        '"logistic_regression".',
    )


def label_noise_held_out(seen: TrainingSeen) -> Iterator[Finding]:
    """Labels of held-out images that a probe on the trained features contradicts where it is surest."""
    both = [seen.held_out[split] for split in ("val", "test")]
    features = np.concatenate([each.features for each in both])
    if not np.isfinite(features).all():
        return
    order = np.random.default_rng(0).permutation(len(features))[:_MOST]
    classes = np.concatenate([each.classes for each in both])[order]
    paths = [path for each in both for path in each.paths]
    probe = fitted_probe(features[order], classes, count=len(seen.names))
    yield from wrong_labels(
        probe.left_out,
        classes,
        seen.names,
        [paths[place] for place in order],
        judge="a probe on the trained network's features",
    )
