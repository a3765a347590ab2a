"""The phase that trains the backbone too: fine-tuning, or from scratch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.batches import plain_batches, training_batches
from ..data.pixels import Pixels
from ..network.cut import Cut
from ..network.network import Network
from ..recipes import FineTunePhase, FullPhase, Recipe
from .callbacks import BestWeights
from .compilation import compile_classifier
from .computed_examples import computed_examples
from .epoch import Epoch
from .examples import examples_in_order, shuffled_examples
from .frozen_layers import frozen_layers, images_of_epoch
from .layer_rates import layer_factors
from .schedules import ScheduledRate
from .supervision import Supervision


@dataclass(frozen=True)
class _Material:
    """What a phase trains, and on what.

    Attributes:
        model: the network, or its upper part; they share their layers.
        train: a tf.data.Dataset of what the model takes, labels and perhaps weights.
        validation: the same without weights.
    """

    model: Any
    train: Any
    validation: Any


def train_all(
    network: Network,
    pixels: Pixels,
    *,
    name: str,
    phase: FullPhase,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    start: Epoch | None = None,
    supervision: Supervision | None = None,
) -> tuple[Epoch, ...]:
    """The history of a training of every layer that is trainable; the network keeps the best epoch's weights.

    Frozen lower layers are computed once for some views of each image where the phase asks for it and that pays
    (`frozen_layers`), and the layers above are trained from what they give.

    Args:
        network: with the layers that are to stay frozen.
        pixels: decoded images.
        name: of the phase, for the history.
        phase: epochs, learning rate and schedule.
        recipe: everything else.
        class_weight: factor of each class's loss.
        seed: of shuffling and augmentation.
        start: the epoch that left the weights as they are; they are kept if none beats it.
        supervision: what tells and writes down how the training goes.
    """
    supervision = supervision or Supervision()
    best = BestWeights(
        patience=phase.early_stopping_patience,
        monitor=phase.monitor,
        start=None if start is None else getattr(start, phase.monitor),
    )
    frozen = frozen_layers(network, pixels, phase, balance=recipe.balance)
    if frozen.told:
        supervision.reporter.line(frozen.told)
    with _material(network, frozen.cut, pixels, phase, recipe, class_weight, seed, supervision) as material:
        compile_classifier(material.model, recipe, phase, factors=_factors(network, phase))
        supervision.reporter.line(
            f"Training {sum(1 for layer in network.model.layers if layer.trainable and layer.weights)} layers for up "
            f"to {phase.epochs} epoch(s), once their graph is built."
        )
        return supervision.fit(
            material.model,
            material.train,
            phase=name,
            epochs=phase.epochs,
            best=best,
            callbacks=[ScheduledRate(phase, steps=len(material.train))],
            validation_data=material.validation,
        )


@contextlib.contextmanager
def _material(
    network: Network,
    cut: Cut | None,
    pixels: Pixels,
    phase: FullPhase,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    supervision: Supervision,
) -> Iterator[_Material]:
    train = training_batches(
        pixels,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=network.classes,
        seed=seed,
        balance=recipe.balance,
        class_weight=class_weight,
        clock=None if cut else supervision.clock,  # views are made before the first epoch, one after the other
    )
    validation = plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=network.classes)
    if cut is None or not isinstance(phase, FineTunePhase):
        yield _Material(network.model, train, validation)
        return
    with (
        computed_examples(
            cut.lower,
            train,
            images=images_of_epoch(pixels, recipe.balance),
            views=int(phase.views),
            kept_as=np.float16,
            reporter=supervision.reporter,
            what="lower layers, augmented views",
        ) as of_views,
        computed_examples(
            cut.lower,
            validation,
            images=len(pixels.places["val"]),
            kept_as=np.float16,
            reporter=supervision.reporter,
            what="lower layers, validation split",
        ) as of_validation,
    ):
        yield _Material(
            cut.upper,
            shuffled_examples(
                of_views,
                batch_size=recipe.batch_size,
                seed=seed,
                clock=supervision.clock,
                views=int(phase.views),
            ),
            examples_in_order(of_validation, batch_size=recipe.batch_size),
        )


def _factors(network: Network, phase: FullPhase) -> dict[str, float]:
    """Of the rates of the backbone's variables, where the phase has any but 1."""
    decay = phase.layer_decay if isinstance(phase, FineTunePhase) else 1.0
    return {} if decay == 1 else layer_factors(network.blocks, decay)
