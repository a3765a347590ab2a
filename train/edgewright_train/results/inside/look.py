"""All looks, one after the other, while there is time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from edgewright_runtime.console import Reporter

from . import activation_maps, feature_map, filters, grad_cam, strongest_images
from .gallery import Gallery
from .subject import Subject

DEFAULT_SECONDS = 15.0
"""After which no further look is begun."""

LOOKS: tuple[tuple[str, Callable[[Subject], Gallery | None]], ...] = (
    ("Grad-CAM", grad_cam.look),
    ("t-SNE of the features", feature_map.look),
    ("images that activate features", strongest_images.look),
    ("activation maps", activation_maps.look),
    ("first-layer filters", filters.look),
)
"""The most telling first, for a slow machine may not come to the last."""


@dataclass(frozen=True)
class Looks:
    """What was seen, and why anything was not: one sentence each."""

    galleries: tuple[Gallery, ...]
    left_out: tuple[str, ...]


def look_inside(subject: Subject, *, reporter: Reporter, seconds: float = DEFAULT_SECONDS) -> Looks:
    """The looks that there is time for.

    A look that fails is left out and named: it explains a training, and must not cost it.

    Args:
        subject: what is looked at.
        reporter: what is told about progress.
        seconds: after which no further look is begun; 0 leaves all of them out.
    """
    began, galleries, left_out = time.monotonic(), [], []
    for number, (name, look) in enumerate(LOOKS):
        if time.monotonic() - began >= seconds:
            left_out.append(f"{name} was left out: the {seconds:g} seconds for a look inside were over.")
            continue
        reporter.step(f"looking inside: {name}", number, len(LOOKS))
        try:
            gallery = look(subject)
        except Exception as error:  # whatever it is, the trained model is worth more
            left_out.append(f"{name} was left out: it failed with {type(error).__name__}: {error}")
            continue
        if gallery is not None:
            galleries.append(gallery)
    return Looks(tuple(galleries), tuple(left_out))
