"""Labels that are wrong, found where a classifier that has not seen the image is surest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.suggestion import named

from ..finding import WARNING, Finding
from .probe import Answers

_SUREST = 0.3
_FEWEST = 40
"""Images among the surest, below which chance decides."""

_NOISE = 0.02
"""Share of wrong labels among the surest that must be exceeded beyond chance: clean sets stay below one percent."""

_LEAST_ACCURACY = 0.6
"""Of the classifier; one that is often wrong is so where it is sure, too."""


def wrong_labels(
    answers: Answers, classes: NDArray[np.int64], names: Sequence[str], paths: Sequence[str], *, judge: str
) -> Iterator[Finding]:
    """Label noise.

    A hard image is one of which a classifier is unsure. Where it is surest its mistakes therefore vanish, whatever its
    accuracy; labels that were swapped by hand or by chance are as frequent there as anywhere.

    Args:
        answers: of a classifier on images that it has not seen.
        classes: the images' labels, as class indices.
        names: of the classes.
        paths: of the images.
        judge: what the classifier is called.
    """
    surest = answers.surest(_SUREST)
    wrong = answers.predicted != classes
    if len(surest) < _FEWEST or 1 - wrong.mean() < _LEAST_ACCURACY:
        return
    count = int(wrong[surest].sum())
    low, high = wilson_interval(count, len(surest), confidence=0.9)
    if low <= _NOISE:
        return
    shown = [
        f"{paths[place]} ({names[classes[place]]}, rather {names[answers.predicted[place]]})"
        for place in surest[wrong[surest]]
    ]
    yield Finding(
        "label_noise",
        WARNING,
        "Some labels seem to be wrong.",
        f"Of the {len(surest)} images of which {judge} is surest, {count} have another label "
        f"({count / len(surest):.0%}, interval {low:.0%} to {high:.0%}; below 1 % where labels are right): "
        f"{named(shown)}.",
        "Look at these images and mend their labels; edgewright inspect lists the likely errors of the whole data set.",
    )
