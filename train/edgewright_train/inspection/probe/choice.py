"""Which features the probe has: those of a backbone whose weights are given or at hand, else plain ones, and said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.optional_imports import import_optional, is_importable

from ...network import BACKBONES, IMAGENET, NONE, backbone_of_file

_LARGEST_SIDE = 224
_PURPOSE = "edgewright inspect --weights"
_DEFAULT_BACKBONE = "mobilenet_v2"


class Features(Protocol):
    """Makes features of pixels.

    Attributes:
        side: of the images that it takes, pixels.
        said: what it is, for people.
        weights: the file that it stands on, or None.
    """

    side: int
    said: str
    weights: str | None

    def learn(self, pixels: NDArray[np.uint8]) -> None:
        """Takes what it needs from a few hundred images, uint8 of shape (n, side, side, 3)."""

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The features, shape (n, d), of images of shape (n, side, side, 3)."""


def chosen_features(weights: str | None, *, reporter: Reporter) -> Features:
    """What makes the features.

    Args:
        weights: a file, `imagenet`, `none`, or None: weights that Keras has downloaded before, if there are any.
        reporter: told what was chosen without being asked for.

    Raises:
        EdgewrightError: the weights are not there, or of no backbone of the table.
        MissingDependencyError: weights were asked for, and TensorFlow is not installed.
    """
    if weights == NONE:
        return _without_network()
    if weights is not None:
        return _backbone(weights)
    found = next(_cached(), None) if _can_run() else None
    if found is not None:
        reporter.line(f"Note: the probe takes weights that Keras has downloaded before, {found}.")
        return _backbone(str(found))
    return _without_network()


def _backbone(weights: str) -> Features:
    name = _DEFAULT_BACKBONE
    if weights != IMAGENET:
        _library("h5py", "h5py")
        recognised = backbone_of_file(Path(weights))
        if recognised is None:
            raise EdgewrightError(
                f"{weights} holds the weights of no backbone of edgewright train --list-backbones; give a file that "
                f"Keras's save_weights wrote for one of them, imagenet, or none to --weights"
            )
        name = recognised.backbone
    _library("tensorflow", "tensorflow")
    made = import_optional(
        "edgewright_train.inspection.probe.backbone_features", package="keras", extra="train", purpose=_PURPOSE
    )
    row = next(each for each in BACKBONES if each.name == name)
    # Readers hand over sides that 32 divides.
    side = min(_LARGEST_SIDE, max(32, row.native_size // 32 * 32))
    features: Features = made.BackboneFeatures(weights, backbone=name, side=side)
    return features


def _without_network() -> Features:
    made = import_optional(
        "edgewright_train.inspection.probe.fisher_features",
        package="scikit-learn",
        extra="inspect",
        purpose="edgewright inspect",
    )
    features: Features = made.FisherFeatures()
    return features


def _library(module: str, package: str) -> None:
    import_optional(module, package=package, extra="train", purpose=_PURPOSE)


def _can_run() -> bool:
    return all(is_importable(name) for name in ("tensorflow", "keras", "h5py"))


def _cached() -> Iterator[Path]:
    """The weights files of known backbones in Keras's cache, the table's first backbone and its widest first."""
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    found = []
    for path in sorted((home / "models").glob("*no*top*.h5")):
        try:
            recognised = backbone_of_file(path)
        except EdgewrightError:  # a download that was cut off
            continue
        if recognised is not None:
            order = [row.name for row in BACKBONES].index(recognised.backbone)
            found.append((order, -recognised.alpha, path))
    yield from (path for _, _, path in sorted(found))
