"""How well the model does under one contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.classifier import softmax
from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.preprocessing import model_input
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

from .bare_model import BareModel
from .candidates import Candidate, Geometry, Values, contract_for

_BATCH = 32
_ANY = Values(NORMALISATIONS["raw"])  # no matter which, where only pixels are made
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Photographs:
    """What contracts are tried on.

    Attributes:
        paths: of the files, in an order in which the first few stand for all.
        truth: the place of each one's label in the list of labels, shape (n,); None where they have none.
    """

    paths: tuple[str, ...]
    truth: NDArray[np.int64] | None

    def first(self, count: int) -> Photographs:
        """The first so many of them."""
        return Photographs(self.paths[:count], None if self.truth is None else self.truth[:count])


@dataclass(frozen=True)
class Score:
    """How well the model did under a contract.

    Attributes:
        candidate: the contract.
        images: how many it was tried on.
        said: the output with the greatest value for each of these, shape (n,).
        right: for each of these whether the label was right; None where they have no labels.
        information: what an answer tells, in bits: the entropy of all answers together less the mean of each; high
            where the model is sure of each photograph and does not say the same of all.
    """

    candidate: Candidate
    images: int
    said: NDArray[np.int64]
    right: NDArray[np.bool_] | None
    information: float

    @property
    def accuracy(self) -> float | None:
        """Share of right labels; None without labels."""
        return None if self.right is None else float(self.right.mean())

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the accuracy (Wilson)."""
        if self.right is None:
            return None
        return wilson_interval(int(self.right.sum()), self.images, confidence=_CONFIDENCE)

    @property
    def rank(self) -> tuple[float, float]:
        """What better contracts have more of."""
        return (self.information if self.accuracy is None else self.accuracy, self.information)


class Trial:
    """Runs the model on photographs; those of one geometry are decoded once.

    Attributes:
        photographs: these.
    """

    def __init__(self, model: BareModel, photographs: Photographs, *, on_step: Callable[[str], None]) -> None:
        self.photographs = photographs
        self._model, self._on_step = model, on_step
        self._pixels: dict[Geometry, list[NDArray[np.uint8]]] = {}

    def scores(self, values: Values, geometry: Geometry, offsets: Sequence[int], *, images: int) -> list[Score]:
        """Of one run of the model over the first `images`, a score for each place where the labels may begin."""
        shown = self.photographs.first(images)
        contract = contract_for(values, geometry, self._model.shape)
        pixels = self._decoded(geometry, len(shown.paths))
        self._on_step(f"{values.normalisation.name} {values.channel_order}, {geometry.resize_method}")
        outputs = np.concatenate(
            [
                self._model.run(model_input(np.stack(pixels[start : start + _BATCH]), contract))
                for start in range(0, len(pixels), _BATCH)
            ]
        )
        information = information_of(outputs)
        said = outputs.argmax(axis=1)
        return [
            Score(
                Candidate(values, geometry, offset),
                len(shown.paths),
                said,
                None if shown.truth is None else said == shown.truth + offset,
                information,
            )
            for offset in offsets
        ]

    def _decoded(self, geometry: Geometry, images: int) -> list[NDArray[np.uint8]]:
        known = self._pixels.setdefault(geometry, [])
        if len(known) < images:
            contract = contract_for(_ANY, geometry, self._model.shape)
            known += [contract.apply(path) for path in self.photographs.paths[len(known) : images]]
        return known[:images]


def information_of(outputs: NDArray[np.float32]) -> float:
    """The mutual information of photograph and answer, in bits, of outputs of shape (n, classes).

    Source: Bridle, Heading and MacKay, "Unsupervised Classifiers, Mutual Information and 'Phantom Targets'", 1991.
    """
    values = np.asarray(outputs, np.float64)
    if not np.isfinite(values).all():
        return 0.0
    if (values < 0).any() or np.abs(values.sum(axis=1) - 1).max() > 0.1:
        values = softmax(values)
    values = values / np.maximum(values.sum(axis=1, keepdims=True), 1e-12)
    return float(_entropy(values.mean(axis=0)) - np.mean([_entropy(row) for row in values]))


def _entropy(shares: NDArray[np.float64]) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
