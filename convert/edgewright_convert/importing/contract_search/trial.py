"""How well the model does under one contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.preprocessing import model_input
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

from .answers import information_of, log_likelihood_of
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

    def without_labels(self) -> Photographs:
        """The same, as if nobody had labelled them."""
        return Photographs(self.paths, None)


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
        log_likelihood: for each of these how likely the model takes its label to be, in bits, shape (n,); None where
            they have no labels.
    """

    candidate: Candidate
    images: int
    said: NDArray[np.int64]
    right: NDArray[np.bool_] | None
    information: float
    log_likelihood: NDArray[np.float64] | None = None

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
    def mean_log_likelihood(self) -> float | None:
        """Mean of `log_likelihood`, bits; None without labels."""
        return None if self.log_likelihood is None else float(self.log_likelihood.mean())

    @property
    def rank(self) -> tuple[float, float]:
        """What better contracts have more of: how likely the labels are to the model, or what its answers tell."""
        likelihood = self.mean_log_likelihood
        return (self.accuracy or 0.0) if likelihood is None else likelihood, self.information


class Trial:
    """Runs the model on photographs; those of one geometry are decoded once, as long as no other comes between.

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
        said, information = outputs.argmax(axis=1), information_of(outputs)
        found = []
        for offset in offsets:
            candidate, right, likelihood = Candidate(values, geometry, offset), None, None
            if shown.truth is not None:
                right = said == shown.truth + offset
                likelihood = log_likelihood_of(outputs, shown.truth + offset)
            found.append(Score(candidate, len(shown.paths), said, right, information, likelihood))
        return found

    def _decoded(self, geometry: Geometry, images: int) -> list[NDArray[np.uint8]]:
        if geometry not in self._pixels:
            self._pixels.clear()  # a geometry is not come back to, and 400 photographs of 512 pixels are 300 MB
        known = self._pixels.setdefault(geometry, [])
        if len(known) < images:
            contract = contract_for(_ANY, geometry, self._model.shape)
            known += [contract.apply(path) for path in self.photographs.paths[len(known) : images]]
        return known[:images]
