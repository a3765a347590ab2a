"""What a training costs beside the plain Keras way, on the same cores, images and augmentation, seed by seed.

    python benchmarks/training_speed.py flowers5/ --weights mobilenet_v2_0.35.h5 --seeds 0 1 2

Three comparisons; both sides of each run in turn in this process. A line gives processor time (of all threads), which
other work on the machine hardly changes, and the time on the clock, which it does:

- head: the head on features that are computed once per view, against `fit` with the frozen backbone in the loop;
- recipes: both phases of `fast`, `flowers-tuned`, ...;
- cached: phase 2 from what frozen layers gave once, against the same phase with all layers in every step.

Accuracies are those of the epoch with the lowest validation loss, as trainings keep it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from edgewright_runtime.dataset import read_dataset, split_dataset
from edgewright_train.data.batches import plain_batches, training_batches
from edgewright_train.data.pixels import Pixels, decoded
from edgewright_train.fitting.compilation import compile_classifier
from edgewright_train.fitting.head_phase import train_head
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.fitting.phases import balanced_weights, fit
from edgewright_train.fitting.supervising.best_epoch import best_of
from edgewright_train.fitting.supervising.callbacks import BestWeights
from edgewright_train.fitting.supervising.supervision import Supervision
from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.network import Network, build_network
from edgewright_train.recipes import Recipe, load_recipe

_BUILDING = "building the training graph"


@dataclass(frozen=True)
class Cost:
    """What one training took and gave."""

    name: str
    seed: int
    cpu_s: float
    wall_s: float
    graph_cpu_s: float
    val_accuracy: float
    test_accuracy: float


class _Clock:
    """A reporter that notes the processor time that the building of training graphs takes."""

    def __init__(self) -> None:
        self.graph_cpu_s, self._began = 0.0, None

    def line(self, text: str) -> None: ...

    def step(self, what: str, done: int, total: int) -> None:  # noqa: ARG002
        now = time.process_time()
        if what == _BUILDING:
            self._began = now
        elif self._began is not None:
            self.graph_cpu_s, self._began = self.graph_cpu_s + now - self._began, None

    def finish(self) -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of classes")
    parser.add_argument("--weights", required=True, help="MobileNetV2 weights file, or imagenet")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--epochs", type=int, default=20, help="of the head")
    parser.add_argument("--views", type=int, default=2, help="for which the head's features are computed")
    parser.add_argument("--recipes", nargs="+", default=["fast", "flowers-tuned"], help="the last one is the measure")
    given = parser.parse_args()
    for part in given.parts:
        trainings = PARTS[part](given)
        print(f"\n{part}: {' against '.join(trainings)}", flush=True)
        costs = [_cost(name, make, seed, given) for seed in given.seeds for name, make in trainings.items()]
        _print_summary(list(trainings), costs)


Training = Callable[[Network, Pixels, int, _Clock], float]
"""Trains the network with a seed, and gives the validation accuracy of the best epoch."""


def _head(given: argparse.Namespace) -> dict[str, tuple[Recipe, Training]]:
    recipe = load_recipe("flowers-tuned").with_epochs(given.epochs, 0)
    phase = replace(recipe.head_phase, views=given.views, early_stopping_patience=given.epochs)
    recipe = replace(recipe, head_phase=phase)

    def cached(network: Network, pixels: Pixels, seed: int, clock: _Clock) -> float:
        weights = balanced_weights(pixels, network.classes)
        supervision = Supervision(clock)
        result = train_head(network, LearningTask(pixels, recipe, weights, seed), supervision=supervision)
        return result.best.val_accuracy

    def in_the_loop(network: Network, pixels: Pixels, seed: int, _: _Clock) -> float:
        """A user's own `fit`: the same head, optimizer, images and augmentation."""
        for layer in network.backbone_layers:
            layer.trainable = False
        compile_classifier(network.model, recipe, recipe.head_phase)
        options = {"batch_size": recipe.batch_size, "classes": network.classes}
        train = training_batches(
            pixels,
            augmentation=recipe.augmentation,
            seed=seed,
            class_weight=balanced_weights(pixels, network.classes),
            clock=None,
            **options,
        )
        best = BestWeights(patience=given.epochs)
        validation = plain_batches(pixels, "val", **options)
        history = network.model.fit(
            train, epochs=given.epochs, validation_data=validation, callbacks=[best], shuffle=False, verbose=0
        ).history
        return float(history["val_accuracy"][int(np.argmin(history["val_loss"]))])

    return {f"{given.views} view(s) once": (recipe, cached), "backbone in the loop": (recipe, in_the_loop)}


def _recipes(given: argparse.Namespace) -> dict[str, tuple[Recipe, Training]]:
    return {name: (load_recipe(name), _both_phases(load_recipe(name))) for name in given.recipes}


def _cached(_: argparse.Namespace) -> dict[str, tuple[Recipe, Training]]:
    recipe = load_recipe("fast")
    whole = replace(recipe, fine_tune=replace(recipe.fine_tune, views="every_epoch"))
    return {"frozen layers once": (recipe, _both_phases(recipe)), "all in every step": (whole, _both_phases(whole))}


PARTS = {"head": _head, "recipes": _recipes, "cached": _cached}


def _both_phases(recipe: Recipe) -> Training:
    def train(network: Network, pixels: Pixels, seed: int, clock: _Clock) -> float:
        supervision = Supervision(clock)
        fitted = fit(network, pixels, recipe=recipe, from_scratch=False, seed=seed, supervision=supervision)
        return best_of(fitted.epochs, recipe.fine_tune.monitor).val_accuracy

    return train


def _cost(name: str, what: tuple[Recipe, Training], seed: int, given: argparse.Namespace) -> Cost:
    recipe, train = what
    recipe = replace(recipe, input_size=given.size)
    dataset = read_dataset(given.data)
    rows = split_dataset(dataset, seed=seed, val_fraction=recipe.val_fraction, test_fraction=recipe.test_fraction)
    with (
        tempfile.TemporaryDirectory() as folder,
        decoded(rows, labels=dataset.labels, contract=recipe.preprocessing(), out=Path(folder)) as pixels,
    ):
        network, clock = _network(recipe, given.weights, len(dataset.labels), seed), _Clock()
        cpu, wall = time.process_time(), time.perf_counter()
        val_accuracy = train(network, pixels, seed, clock)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        test_accuracy = _accuracy(network, pixels, "test")
    cost = Cost(name, seed, cpu, wall, clock.graph_cpu_s, val_accuracy, test_accuracy)
    print(
        f"  seed {seed}  {name:22}  {cpu:6.1f} s processor, {wall:6.1f} s clock (graph {clock.graph_cpu_s:.1f} s)  "
        f"validation {val_accuracy:.3f}  test {test_accuracy:.3f}",
        flush=True,
    )
    return cost


def _network(recipe: Recipe, weights: str, classes: int, seed: int) -> Network:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    row = backbone_named(recipe.backbone)
    start = starting_weights(weights, backbone=row, alpha="auto", size=recipe.input_size)
    return build_network(row, start, contract=recipe.preprocessing(), classes=classes, head=recipe.head)


def _accuracy(network: Network, pixels: Pixels, split: str) -> float:
    batches = plain_batches(pixels, split, batch_size=32, classes=network.classes)
    right = [
        np.asarray(network.model(images, training=False)).argmax(1) == np.asarray(labels).argmax(1)
        for images, labels in batches
    ]
    return float(np.concatenate(right).mean())


def _print_summary(names: Sequence[str], costs: Sequence[Cost]) -> None:
    """A line for each training, the last of which is what the others are measured by."""
    of_name = {name: [cost for cost in costs if cost.name == name] for name in names}
    measure = of_name[names[-1]]
    print(f"  {'mean':22}  processor  clock  graph  validation         test")
    for name, rows in of_name.items():
        cpu = sum(row.cpu_s for row in measure) / sum(row.cpu_s for row in rows)
        wall = sum(row.wall_s for row in measure) / sum(row.wall_s for row in rows)
        graph = statistics.mean(row.graph_cpu_s for row in rows)
        print(
            f"  {name:22}  {cpu:6.2f} x  {wall:5.2f} x  {graph:4.1f} s  "
            f"{_spread([row.val_accuracy for row in rows])}  {_spread([row.test_accuracy for row in rows])}",
            flush=True,
        )


def _spread(values: Sequence[float]) -> str:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.3f} +- {deviation:.3f}"


if __name__ == "__main__":
    main()
