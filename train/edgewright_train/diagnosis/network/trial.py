"""A few steps of training, to see where a learning rate leads; the weights are put back afterwards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...fitting.compilation import compile_classifier
from ...recipes import Phase, Recipe


@dataclass(frozen=True)
class Tried:
    """What a few steps have come to.

    Attributes:
        rate: the learning rate.
        first: loss of the first step, nats.
        last: mean loss of the last quarter of the steps, nats; infinite where it was no number.
        steps: that were done.
        accuracy: of the last quarter of the steps.
    """

    rate: float
    first: float
    last: float
    steps: int
    accuracy: float


@dataclass(frozen=True)
class Learned:
    """When a batch is known by heart: what accuracy and loss three steps in a row must reach."""

    accuracy: float
    loss: float

    def by(self, losses: Sequence[float], accuracies: Sequence[float]) -> bool:
        """Whether these steps have."""
        return len(losses) >= 3 and min(accuracies) >= self.accuracy and max(losses) <= self.loss


class Trials:
    """Trains a model for a few steps at a time, from the same weights each time."""

    def __init__(self, model: Any, recipe: Recipe, phase: Phase, values: NDArray[Any], labels: NDArray[Any]) -> None:
        """Compiles the model.

        Args:
            model: from values to probabilities.
            recipe: with optimizer and loss.
            phase: that it is compiled for.
            values: of images, in the model's form.
            labels: one-hot.
        """
        compile_classifier(model, recipe, phase)
        model.optimizer.build(model.trainable_variables)
        self._model, self._values, self._labels = model, values, labels
        self._weights = model.get_weights()
        self._state = [np.asarray(variable) for variable in model.optimizer.variables]

    def run(
        self, rate: float, *, steps: int, batch: int, seconds: float = np.inf, until: Learned | None = None
    ) -> Tried:
        """The training at one rate, after which the model has its first weights again.

        Args:
            rate: constant.
            steps: at most.
            batch: images of a step.
            seconds: after which no further step is begun.
            until: trains on one and the same batch until it is learned so well; None draws new ones.
        """
        generator, began = np.random.default_rng(0), time.monotonic()
        self._put_back()
        self._model.optimizer.learning_rate = rate
        losses, accuracies, order = [], [], generator.permutation(len(self._values))[:batch]
        for _ in range(steps):
            places = order if until is not None else generator.permutation(len(self._values))[:batch]
            self._model.reset_metrics()
            told = self._model.train_on_batch(self._values[places], self._labels[places], return_dict=True)
            losses.append(float(told["loss"]))
            accuracies.append(float(told["accuracy"]))
            done = until is not None and until.by(losses[-3:], accuracies[-3:])
            if done or not np.isfinite(losses[-1]) or time.monotonic() - began > seconds:
                break
        self._put_back()
        last = max(min(len(losses) // 4, 8), 1) if until is None else min(3, len(losses))
        mean = float(np.mean(losses[-last:]))
        return Tried(
            rate=rate,
            first=losses[0],
            last=mean if np.isfinite(mean) else np.inf,
            steps=len(losses),
            accuracy=float(np.mean(accuracies[-last:])),
        )

    def keep(self, rate: float, *, steps: int, batch: int) -> None:
        """Trains at that rate and leaves the weights as they are then."""
        generator = np.random.default_rng(1)
        self._put_back()
        self._model.optimizer.learning_rate = rate
        for _ in range(steps):
            places = generator.permutation(len(self._values))[:batch]
            self._model.train_on_batch(self._values[places], self._labels[places])

    def _put_back(self) -> None:
        self._model.set_weights(self._weights)
        for variable, value in zip(self._model.optimizer.variables, self._state, strict=True):
            variable.assign(value)
