"""The diagnosis of a training that has ended: of its data, its network and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter
from edgewright_runtime.dataset import Dataset, ListedFile, list_files
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import SplitRow

from ..data.pixels import Pixels
from ..fitting import Epoch
from ..network.network import Network
from ..recipes import Recipe
from .data.seen import DataSeen
from .examination import Check, examined
from .finding import Diagnosis, together
from .network import batch_norm, normalisation
from .sample import sampled
from .tables import DATA_CHECKS, training_checks
from .trained.seen import HeadWeights, HeldOut, TrainingSeen

_IMAGES = 32


def head_weights(network: Network) -> list[NDArray[np.float32]]:
    """The head's weights, in order, as they are now."""
    return [np.array(value, np.float32) for layer in network.head for value in layer.get_weights()]


@dataclass(frozen=True)
class EndedTraining:
    """What a training was made of, and how it went.

    Attributes:
        dataset: what was read.
        data: where it lies.
        rows: which image is in which split, in the order of `pixels`.
        pixels: decoded images.
        recipe: how the network was trained.
        from_scratch: whether its backbone had no weights.
        epochs: the history.
        head_before: the head's weights before the training; None where they were not kept.
    """

    dataset: Dataset
    data: str
    rows: Sequence[SplitRow]
    pixels: Pixels
    recipe: Recipe
    from_scratch: bool
    epochs: Sequence[Epoch]
    head_before: Sequence[NDArray[np.float32]] | None

    @property
    def train_images(self) -> int:
        """How many the network was fitted to."""
        return len(self.pixels.places["train"])


def verdict(
    network: Network, training: EndedTraining, held_out: Mapping[str, HeldOut], *, reporter: Reporter
) -> Diagnosis:
    """What is wrong with a training that has ended.

    Args:
        network: the trained network.
        training: what it was made of.
        held_out: the network's answers on `val` and `test`.
        reporter: what is told about progress.
    """
    head = _head(network, training.head_before, held_out)
    seen = TrainingSeen(
        training.recipe, training.dataset.class_names, training.epochs, training.train_images, held_out, head
    )
    return together(
        (
            examined(_data_seen(training), DATA_CHECKS, reporter=reporter),
            examined(None, _network_checks(network, training), reporter=reporter),
            examined(seen, training_checks(), reporter=reporter),
        )
    )


def _data_seen(training: EndedTraining) -> DataSeen:
    looked_at, sample = sampled(training.rows, training.pixels)
    return DataSeen(training.dataset, _listed(training.data), training.rows, training.recipe, looked_at, sample)


def _network_checks(network: Network, training: EndedTraining) -> list[Check]:
    images = np.asarray(training.pixels.values[training.pixels.places["val"][:_IMAGES]], np.float32)
    steps = _steps(training.epochs, training.recipe, training.train_images)
    norms = [layer for layer in network.head if isinstance(layer, keras.layers.BatchNormalization)]
    checks = [Check("BatchNorm", lambda _: batch_norm.stale_averages(norms, steps))]
    if not training.from_scratch:
        checks.append(
            Check("the normalisation of pixels", lambda _: normalisation.normalisation_of(network.model, images))
        )
    return checks


def _listed(data: str) -> tuple[ListedFile, ...]:
    """The files that the data set names; none where it has gone away since it was read."""
    try:
        return list_files(Path(data)).files
    except EdgewrightError:
        return ()


def _head(
    network: Network, before: Sequence[NDArray[np.float32]] | None, held_out: Mapping[str, HeldOut]
) -> HeadWeights:
    values: Any = np.concatenate([each.features for each in held_out.values()])
    silent = {}
    for layer in network.head:
        values = layer(values, training=False) if isinstance(layer, keras.layers.Dropout) else layer(values)
        if isinstance(layer, keras.layers.Activation):
            silent[layer.name] = float((np.asarray(values).max(axis=0) <= 0).mean())
    return HeadWeights(
        before=before,
        after=head_weights(network),
        trainable=sum(len(layer.trainable_variables) for layer in network.head),
        silent=silent,
    )


def _steps(epochs: Sequence[Epoch], recipe: Recipe, images: int) -> int:
    """How many the head was trained for; none where it was found in one go."""
    of_head = -(-images * recipe.head_phase.views // 64) if recipe.head_phase.solver == "gradient" else 0
    return sum(of_head if epoch.phase == "head" else -(-images // recipe.batch_size) for epoch in epochs)
