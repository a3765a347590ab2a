"""The plots of an inspection, as PNGs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...results.pictures.figure import BLUE, GREY, ORANGE, drawable_names, new_figure, png_of
from ..images.image_facts import ImageFacts
from ..shortcuts import Shortcut

_BINS = 24


def class_counts(names: Sequence[str], counts: Sequence[int]) -> bytes:
    """A bar for each class with its number of images, the largest on top."""
    order = sorted(range(len(names)), key=lambda place: (-counts[place], names[place]))
    shown = drawable_names(names)
    many = len(names) > 30
    figure = new_figure(6.4, 0.9 + (0.17 if many else 0.3) * len(names))
    axes = figure.add_subplot()
    places, values = np.arange(len(order)), [counts[place] for place in order]
    axes.barh(places, values, 0.72, color=BLUE)
    size = 6 if many else "small"
    for place, value in zip(places, values, strict=True):
        axes.annotate(str(value), (value, place), (3, 0), textcoords="offset points", va="center", fontsize=size)
    axes.set_yticks(places, [shown[place] for place in order], parse_math=False, fontsize=size)
    axes.set(xlim=(0, max(values) * 1.12), ylim=(len(order) - 0.4, -0.6), xlabel="images")
    axes.spines[["top", "right"]].set_visible(False)
    return png_of(figure)


def shortcut_bars(shortcuts: Sequence[Shortcut]) -> bytes:
    """A bar for each property with its score; those worth a word in orange."""
    figure = new_figure(6.4, 0.9 + 0.34 * len(shortcuts))
    axes = figure.add_subplot()
    places = np.arange(len(shortcuts))
    axes.barh(
        places, [each.score for each in shortcuts], 0.7, color=[ORANGE if each.is_told else GREY for each in shortcuts]
    )
    for place, each in zip(places, shortcuts, strict=True):
        axes.annotate(f"{each.score:.2f}", (each.score, place), (3, 0), textcoords="offset points", va="center")
    axes.set_yticks(places, [each.row.words for each in shortcuts])
    axes.set(xlim=(0, 1.1), ylim=(len(shortcuts) - 0.4, -0.6), xlabel="0: no better than chance, 1: names every class")
    axes.spines[["top", "right"]].set_visible(False)
    return png_of(figure)


def property_histograms(images: Sequence[ImageFacts]) -> bytes:
    """How sizes, aspect ratios, brightness and colourfulness are spread over the images."""
    kinds: tuple[tuple[str, list[float]], ...] = (
        ("longer side, pixels", [max(image.width_px, image.height_px) for image in images]),
        ("aspect ratio (width by height)", [image.aspect for image in images]),
        ("perceived brightness", [image.brightness for image in images]),
        ("colourfulness", [image.colourfulness for image in images]),
    )
    figure = new_figure(6.4, 4.4)
    for place, (words, values) in enumerate(kinds, start=1):
        axes = figure.add_subplot(2, 2, place)
        axes.hist(values, bins=_edges(values), color=BLUE)
        axes.set_xlabel(words, fontsize="small")
        axes.tick_params(labelsize="small")
        axes.spines[["top", "right"]].set_visible(False)
    return png_of(figure)


def _edges(values: Sequence[float]) -> list[float]:
    """Of equal bins; values that are all alike get bins around them."""
    low, high = float(min(values)), float(max(values))
    if high - low < 1e-6 * max(1.0, abs(high)):
        low, high = low - 0.5, high + 0.5
    return [low + (high - low) * step / _BINS for step in range(_BINS + 1)]
