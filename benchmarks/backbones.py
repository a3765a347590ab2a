"""Makes runs of other backbones than the recipes have, to try conversions on what they were not made for.

    python benchmarks/backbones.py data/flowers runs/campaign --size 128 --epochs 6

Each is trained on the images from first weights that are random, for a few minutes, and imported: enough for true batch
statistics and outputs that tell classes apart, not for good accuracy. `--weights imagenet` starts from Keras's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
from keras import applications, layers

_BATCH = 32

_MOMENTUM = 0.8
"""Of batch normalisation: with Keras's 0.99 the statistics of so short a training are still those of the beginning, and
the network names one class whatever it is shown."""


def _plain_cnn(size: int, _weights: str | None) -> Any:
    inputs = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (16, 32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    return keras.Model(inputs, x)


def _with_first(function: Any, scale: float, offset: float) -> Callable[[int, str | None], Any]:
    """A backbone behind the normalisation that it expects."""

    def build(size: int, weights: str | None) -> Any:
        inputs = keras.Input((size, size, 3))
        base = function(include_top=False, weights=weights, input_shape=(size, size, 3))
        return keras.Model(inputs, base(layers.Rescaling(scale, offset)(inputs)))

    return build


BACKBONES: dict[str, Callable[[int, str | None], Any]] = {
    "plain_cnn": _plain_cnn,
    "mobilenet_v2": _with_first(applications.MobileNetV2, 1 / 127.5, -1.0),
    # These three normalise inside.
    "mobilenet_v3_small": _with_first(applications.MobileNetV3Small, 1.0, 0.0),
    "mobilenet_v3_large": _with_first(applications.MobileNetV3Large, 1.0, 0.0),
    "efficientnet_v2_b0": _with_first(applications.EfficientNetV2B0, 1.0, 0.0),
    "resnet50": _with_first(applications.ResNet50, 1 / 64, -1.8),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of classes")
    parser.add_argument("out", type=Path, help="folder for the runs, one per backbone")
    parser.add_argument("--backbones", nargs="+", choices=BACKBONES, default=list(BACKBONES))
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--weights", help="imagenet, or random if not given")
    given = parser.parse_args()
    images = keras.utils.image_dataset_from_directory(
        given.data, image_size=(given.size, given.size), batch_size=_BATCH, label_mode="int", seed=0
    )
    given.out.mkdir(parents=True, exist_ok=True)
    labels = given.out / "labels.txt"
    labels.write_text("\n".join(images.class_names) + "\n", encoding="utf-8")
    for name in given.backbones:
        path = given.out / f"{name}.keras"
        _trained(BACKBONES[name](given.size, given.weights), images, given.epochs).save(path)
        edgewright = Path(sys.executable).with_name("edgewright")
        arguments = ["import", path, "--labels", labels, "--normalisation", "raw", "--data", given.data]
        subprocess.run([edgewright, *arguments, "--out", given.out / name, "--overwrite"], check=True)


def _trained(backbone: Any, images: Any, epochs: int) -> Any:
    keras.utils.set_random_seed(0)
    x = layers.GlobalAveragePooling2D()(backbone.outputs[0])
    outputs = layers.Dense(len(images.class_names), activation="softmax")(x)
    model = keras.Model(backbone.inputs, outputs)
    for layer in _layers(model):
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = _MOMENTUM
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images.cache(), epochs=epochs, verbose=2)
    return model


def _layers(model: Any) -> Iterator[Any]:
    """The layers of the model, and of models in it."""
    for layer in model.layers:
        yield from _layers(layer) if hasattr(layer, "layers") else [layer]


if __name__ == "__main__":
    main()
