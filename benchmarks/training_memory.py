"""Memory of a training on many images, and whether its input pipeline keeps up with the fastest network.

    python benchmarks/training_memory.py --images 50000 --size 224

Makes so many small photographs, no two alike, and takes them through what a training does: read and split, decoded
once, features of augmented views computed and a head trained on them (phase 1), then a few steps of fine-tuning
(phase 2). For each part it prints the largest resident memory of the process (RSS), mapped files included. Then it
measures images per second of the input pipeline alone, with the recipe's augmentation, and of phase 2's training step
alone, on one batch that stays in memory, for a small backbone: in seconds of processor time, which other programs do
not change. Exit status 1 if the memory is above --limit-gb, or the pipeline is slower than the step.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from edgewright_runtime.console import Silent
from edgewright_train.data import prepare
from edgewright_train.data.batches import training_batches
from edgewright_train.data.pixels import Pixels, decoded
from edgewright_train.fitting.compilation import compile_classifier
from edgewright_train.fitting.head_phase import train_head
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.network import Network, build_network, freeze_for_fine_tuning
from edgewright_train.recipes import Recipe, load_recipe

_CLASSES = 10
_SIDE = 96  # of the files: what is decoded does not depend on it, and making them takes no time


def main() -> int:
    """Prints a line per part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--views", type=int, default=2, help="augmented views of each image in phase 1")
    parser.add_argument("--steps", type=int, default=30, help="of fine-tuning, and of what is timed")
    parser.add_argument("--weights", default="none", help="of a mobilenet_v2; none does for memory and speed")
    parser.add_argument("--alpha", type=float, default=0.35)
    parser.add_argument("--limit-gb", type=float, default=4.0)
    options = parser.parse_args()
    recipe = _recipe(options)
    with tempfile.TemporaryDirectory(prefix="edgewright-memory-") as name:
        _make(Path(name), options.images)
        return _train(Path(name), recipe, options)


def _train(folder: Path, recipe: Recipe, options: argparse.Namespace) -> int:
    peaks: list[float] = []
    with _measured("reading and splitting", peaks):
        prepared = prepare(folder / "photos", recipe=recipe, labels=None, seed=0, reporter=Silent())
    labels, contract = prepared.dataset.labels, recipe.preprocessing()
    with ExitStack() as stack:
        with _measured("decoding", peaks):
            pixels = stack.enter_context(decoded(prepared.rows, labels=labels, contract=contract, out=folder / "run"))
        network = _network(recipe, options.weights)
        with _measured("phase 1", peaks):
            train_head(network, LearningTask(pixels, recipe))
        freeze_for_fine_tuning(network, recipe.fine_tune.unfreeze_layers)
        compile_classifier(network.model, recipe, recipe.fine_tune)
        with _measured(f"phase 2, {options.steps} steps", peaks):
            network.model.fit(_batches(pixels, recipe).take(options.steps), verbose=0)
        keeps_up = _keeps_up(network, pixels, recipe, options.steps)
    highest = max(peaks)
    print(f"largest resident memory {highest:.2f} GB, limit {options.limit_gb:.2f} GB")
    return int(highest > options.limit_gb or not keeps_up)


def _keeps_up(network: Network, pixels: Pixels, recipe: Recipe, steps: int) -> bool:
    """Whether the pipeline alone makes more images in a second than the step alone takes."""
    batches = _batches(pixels, recipe)
    pipeline = _images_per_s(lambda: sum(1 for _ in batches.take(steps)), steps * recipe.batch_size)
    one = next(iter(batches))
    repeated = tf.data.Dataset.from_tensors(one).repeat(steps)
    network.model.fit(repeated.take(2), verbose=0)  # builds the graph
    step = _images_per_s(lambda: network.model.fit(repeated, verbose=0), steps * recipe.batch_size)
    print(
        f"input pipeline {pipeline:.0f} images/s, training step of {recipe.backbone} {recipe.alpha} {step:.0f} "
        f"images/s, both of processor time: {pipeline / step:.1f} times as fast"
    )
    return pipeline > step


def _images_per_s(work: Any, images: int) -> float:
    work()  # fills what is kept, and lets threads start
    began = time.process_time()
    work()
    return images / (time.process_time() - began)


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = replace(load_recipe("flowers"), input_size=options.size, alpha=options.alpha)
    phase = replace(recipe.head_phase, views=options.views, epochs=2)
    return replace(recipe, head_phase=phase)


def _network(recipe: Recipe, weights: str) -> Network:
    keras.utils.set_random_seed(0)
    backbone = backbone_named(recipe.backbone)
    start = starting_weights(weights, backbone=backbone, alpha=recipe.alpha, size=recipe.input_size)
    return build_network(backbone, start, contract=recipe.preprocessing(), classes=_CLASSES, head=recipe.head)


def _batches(pixels: Pixels, recipe: Recipe) -> Any:
    return training_batches(
        pixels, batch_size=recipe.batch_size, augmentation=recipe.augmentation, classes=_CLASSES, seed=0
    )


def _make(folder: Path, count: int) -> None:
    """JPEG files of coloured waves with noise, each of its own; a folder per class."""
    draw = np.random.default_rng(0)
    across, down = np.meshgrid(np.arange(_SIDE), np.arange(_SIDE))
    for number in range(count):
        label = number % _CLASSES
        path = folder / "photos" / f"class-{label}" / f"{number:06}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        wave = np.sin(across * draw.uniform(0.05, 0.3) + down * label / 30)[..., None] * draw.uniform(20, 90, 3)
        values = np.clip(128 + wave + draw.normal(0, 8, (_SIDE, _SIDE, 1)), 0, 255).astype(np.uint8)
        content = io.BytesIO()
        Image.fromarray(values).save(content, "jpeg", quality=80)
        path.write_bytes(content.getvalue())


@contextmanager
def _measured(what: str, peaks: list[float]) -> Iterator[None]:
    """Prints how long the block took and the largest resident memory in it, GB, which the list gets too."""
    began = time.perf_counter()
    _reset_peak()
    yield
    peaks.append(_peak_gb())
    print(f"{what}: {time.perf_counter() - began:.0f} s, largest resident memory {peaks[-1]:.2f} GB", flush=True)


def _reset_peak() -> None:
    """So that each part has a peak of its own; where Linux does not allow it, it is that of all so far."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_gb() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e9


if __name__ == "__main__":
    sys.exit(main())
