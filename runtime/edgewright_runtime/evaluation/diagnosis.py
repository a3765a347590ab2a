"""Why a model is so far off: the usual mistakes, each tried on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classifier import Classifier

_IMAGES = 64
_EXPLAINED = 0.9
"""Agreement from which a supposed mistake explains the difference."""


@dataclass(frozen=True)
class Mistake:
    """A way of feeding the model that would mend a common mistake, and what it then says about the model.

    Attributes:
        mend: what is done to pixels 0..255.
        says: what is wrong with the model if that helps.
        scales: whether what comes out is no picture any more.
    """

    mend: Callable[[NDArray[np.float32]], NDArray[Any]]
    says: str
    scales: bool = False


MISTAKES: tuple[Mistake, ...] = (
    Mistake(lambda x: x[..., ::-1], "it takes its channels in the order BGR, and gets RGB"),
    Mistake(
        lambda x: x / 255, "it wants pixels scaled to 0..1, and gets 0..255: the scaling is missing in its graph", True
    ),
    Mistake(
        lambda x: x / 127.5 - 1,
        "it wants pixels scaled to -1..1, and gets 0..255: the scaling is missing in its graph",
        True,
    ),
    Mistake(lambda x: 2 * x - 255, "its graph scales pixels to 0..1 where its network was trained on -1..1", True),
    Mistake(lambda x: (x + 255) / 2, "its graph scales pixels to -1..1 where its network was trained on 0..1", True),
    Mistake(lambda x: x * 255, "it scales pixels twice, by 1/255 each time", True),
    Mistake(lambda x: 255 - x, "it takes dark for light: its pixels are inverted"),
    Mistake(lambda x: x.swapaxes(1, 2), "it takes rows for columns: its images are transposed"),
    Mistake(lambda x: x[:, ::-1], "it takes its images upside down"),
)


def likely_cause(
    candidate: Classifier, pixels: NDArray[np.uint8], reference: NDArray[np.float32], outputs: NDArray[np.float32]
) -> str | None:
    """One sentence saying which common mistake makes the candidate differ, or None if none of them does.

    Args:
        candidate: the model that failed.
        pixels: raw pixels, shape (n, height, width, channels).
        reference: the float model's probabilities, shape (n, classes).
        outputs: the candidate's, shape (n, classes).
    """
    if len(np.unique(outputs.argmax(axis=1))) == 1:
        # Pixels that were scaled twice are all but black, and a model names one class on every black image.
        name = candidate.class_names[int(outputs[0].argmax())]
        stuck = f"it names {name!r} on every image: its input or weights are broken"
        return _wrongly_fed(candidate, pixels, reference) or stuck
    return _reordered(reference, outputs, candidate.class_names) or _wrongly_fed(candidate, pixels, reference)


def _reordered(reference: NDArray[np.float32], outputs: NDArray[np.float32], labels: Sequence[str]) -> str | None:
    """Whether the candidate's classes are the reference's in another order."""
    before, after = reference.argmax(axis=1), outputs.argmax(axis=1)
    meant = {int(said): int(np.bincount(before[after == said]).argmax()) for said in np.unique(after)}
    mended = np.array([meant[int(said)] for said in after])
    moved = [(labels[said], labels[truly]) for said, truly in meant.items() if said != truly]
    one_to_one = len(set(meant.values())) == len(meant)
    if not moved or not one_to_one or (mended == before).mean() < _EXPLAINED:
        return None
    examples = ", ".join(f"{said!r} for {truly!r}" for said, truly in moved[:3])
    return f"its labels are in another order: it says {examples}"


def _wrongly_fed(candidate: Classifier, pixels: NDArray[np.uint8], reference: NDArray[np.float32]) -> str | None:
    step = max(1, len(pixels) // _IMAGES)
    some, expected = np.asarray(pixels[::step], np.float32), reference[::step].argmax(axis=1)
    best, says = _EXPLAINED, None
    raw = candidate.preprocessing.takes_raw_pixels
    for mistake in MISTAKES:
        fed = mistake.mend(some)
        if fed.shape != some.shape or (mistake.scales and not raw):
            continue
        outputs = (
            candidate.backend.probabilities(_as_input(fed, candidate))
            if raw
            else candidate.probabilities(fed.astype(np.uint8))
        )
        agreement = float((outputs.argmax(axis=1) == expected).mean())
        if agreement > best:
            best, says = agreement, mistake.says
    return says


def _as_input(fed: NDArray[Any], candidate: Classifier) -> NDArray[Any]:
    """What the backend takes: real numbers for a float model, whole ones from 0 to 255 for any other."""
    if candidate.backend.input.dtype.startswith("float"):
        return fed.astype(np.float32)
    return np.clip(np.round(fed), 0, 255).astype(np.uint8)
