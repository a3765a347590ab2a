"""What the backbone starts from: ImageNet weights, a file, or nothing.

Keras and h5py are imported where they are used, for what can fail without Keras is checked before it is imported.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file

from .backbones import Backbone
from .facts import recognised

IMAGENET, NONE = "imagenet", "none"
WEIGHTS_BY_NAME = (IMAGENET, NONE)

ASSUMED_ALPHA = 1.0
"""The width where neither the recipe nor a file says."""


@dataclass(frozen=True)
class StartingWeights:
    """Where the backbone's weights come from.

    Attributes:
        source: `none`, `imagenet`, or the path that the user gave.
        alpha: the width multiplier that the backbone is built with.
        path: the file, or None where the backbone starts from random values.
        sha256: of that file.
    """

    source: str
    alpha: float
    path: Path | None = None
    sha256: str | None = None


def starting_weights(source: str, *, backbone: Backbone, alpha: float | str, size: int) -> StartingWeights:
    """The weights that `source` means: `imagenet` (downloaded, or from Keras's cache), `none`, or a file.

    Only `imagenet` imports Keras.

    Args:
        source: as the user types it.
        backbone: what the weights are for.
        alpha: the width multiplier wanted, or `auto`.
        size: input side, pixels.

    Raises:
        EdgewrightError: the download or the file cannot be had, is not of this backbone, or has another alpha.
    """
    if source == NONE:
        return StartingWeights(source, _number(alpha))
    path = _download(backbone, _number(alpha), size) if source == IMAGENET else Path(source)
    found = alpha_of_file(path, backbone)
    if alpha not in {"auto", found}:
        raise EdgewrightError(
            f"{path} holds weights of alpha {found}, and alpha {alpha} was asked for; give weights of alpha {alpha}, "
            f'or ask for alpha {found} or "auto"'
        )
    return StartingWeights(source, found, path, sha256_of_file(path))


def alpha_of_file(path: Path, backbone: Backbone) -> float:
    """The width multiplier of the backbone whose convolution kernels have the shapes of those in the file.

    Raises:
        EdgewrightError: the file is missing, no HDF5 file, or of another architecture.
    """
    shapes = _kernel_shapes_in(path)
    found = recognised(shapes)
    if found is None:
        raise EdgewrightError(
            f"{path} does not hold the weights of a {backbone.name}: its {shapes.total()} convolution kernels have "
            f"other shapes for every alpha of {', '.join(map(str, backbone.alphas))}"
        )
    if found.backbone != backbone.name:
        raise EdgewrightError(
            f"{path} holds the weights of a {found.backbone} (alpha {found.alpha}), not of a {backbone.name}; give "
            f'another file, or take backbone = "{found.backbone}" in the recipe'
        )
    return found.alpha


def load_into(backbone_model: Any, weights: StartingWeights) -> None:
    """Puts the file's values into the backbone's layers.

    Raises:
        EdgewrightError: the file's layers are laid out as no Keras release does it.
    """
    if weights.path is None:
        return
    try:
        backbone_model.load_weights(str(weights.path))
    except (ValueError, OSError, KeyError) as error:
        raise EdgewrightError(
            f"Cannot load {weights.path}: {_first_line(error)}; give a file that Keras's save_weights wrote for the "
            f"backbone alone (include_top=False)"
        ) from error


def _number(alpha: float | str) -> float:
    return ASSUMED_ALPHA if alpha == "auto" else float(alpha)


def _download(backbone: Backbone, alpha: float, size: int) -> Path:
    url = backbone.imagenet_url(alpha=alpha, size=size)
    import keras

    try:
        # Keras reports the download on standard output, which is for results.
        with contextlib.redirect_stdout(sys.stderr):
            return Path(keras.utils.get_file(origin=url, cache_subdir="models"))
    except Exception as error:  # Keras raises a bare Exception where the network fails
        reason = _first_line(error).rpartition(" -- ")[2]
        raise EdgewrightError(
            f"Cannot download the ImageNet weights from {url} ({reason}); give a file with --weights PATH, or train "
            f"from scratch with --weights none"
        ) from error


def _kernel_shapes_in(path: Path) -> Counter[tuple[int, ...]]:
    import h5py

    if not path.is_file():
        raise EdgewrightError(
            f"There is no weights file {path}; give a .h5 file of backbone weights, imagenet, or none to --weights"
        )
    shapes: Counter[tuple[int, ...]] = Counter()

    def note(_: str, entry: Any) -> None:
        if isinstance(entry, h5py.Dataset) and entry.ndim == 4:
            shapes[tuple(entry.shape)] += 1

    try:
        with h5py.File(path, "r") as file:
            file.visititems(note)
    except (OSError, RuntimeError) as error:
        raise EdgewrightError(f"{path} is not a weights file: {_first_line(error)}; give a Keras .h5 file") from error
    return shapes


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__).rstrip(".")
