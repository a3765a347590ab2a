"""Every combination of what is varied that there are weights for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from ..comparison import Entrant, weights_among
from ..network import IMAGENET, NONE, backbone_named, backbone_of_file
from ..options import TrainOptions
from ..recipes import Recipe
from .axes import axes_of, described, varied


@dataclass(frozen=True)
class Point:
    """One combination.

    Attributes:
        values: of the axes, by key.
        entrant: what is trained.
    """

    values: Mapping[str, Any]
    entrant: Entrant


@dataclass(frozen=True)
class Grid:
    """What a sweep trains.

    Attributes:
        keys: of the axes, in their order.
        points: the combinations.
        left_out: one sentence for each reason why combinations are not among them.
    """

    keys: tuple[str, ...]
    points: tuple[Point, ...]
    left_out: tuple[str, ...]


def grid_of(words: Sequence[str], options: TrainOptions) -> Grid:
    """The grid of words such as `alpha=0.35,1.0` and `size=96,160`: every value of one with every value of the others.

    Args:
        words: the axes; keys are `alpha`, `size`, and the fields of a recipe with a dot between table and name.
        options: of all trainings. Its weights are `imagenet`, `none`, a file, or a folder with files; a combination
            whose weights are not there is left out.

    Raises:
        EdgewrightError: an axis is not as it must be, a value does not suit the recipe, or nothing is left to sweep.
    """
    recipe = options.changed_recipe()
    axes = axes_of(words, recipe)
    points: list[Point] = []
    without: dict[str, list[str]] = {}
    for combination in itertools.product(*(axis.values for axis in axes)):
        values = {axis.key: value for axis, value in zip(axes, combination, strict=True)}
        own, name = varied(recipe, values), described(values)
        try:
            weights = _weights(own, options.weights or own.weights)
        except _WithoutWeightsError as reason:
            without.setdefault(str(reason), []).append(name)
            continue
        points.append(Point(values, Entrant(name, options.settled(own, weights=weights))))
    left_out = tuple(f"Left out {named(names)}: {reason}." for reason, names in without.items())
    if not points:
        raise EdgewrightError(f"No combination of --sweep has weights: {'; '.join(without)}")
    if len(points) + len(left_out) < 2:
        raise EdgewrightError("--sweep takes two values or more, such as alpha=0.35,1.0; with one, train it alone")
    _check_folders(points)
    return Grid(tuple(axis.key for axis in axes), tuple(points), left_out)


class _WithoutWeightsError(Exception):
    """The weights of a combination are not at hand; the message is the reason."""


def _weights(recipe: Recipe, given: str) -> str:
    backbone, alpha = backbone_named(recipe.backbone), recipe.alpha
    if given == NONE:
        return given
    try:
        if given == IMAGENET:
            backbone.imagenet_url(alpha=1.0 if alpha == "auto" else float(alpha), size=recipe.input_size)
            return given
        found = weights_among(given, backbone.name, alpha)
    except EdgewrightError as error:
        if Path(given).is_dir() or given == IMAGENET:
            raise _WithoutWeightsError(error) from error
        raise
    held = backbone_of_file(Path(str(found)))
    if held is not None and (held.backbone != backbone.name or alpha not in {"auto", held.alpha}):
        raise _WithoutWeightsError(f"{found} holds the weights of a {held.backbone} of alpha {held.alpha}")
    return str(found)


def _check_folders(points: Sequence[Point]) -> None:
    folders = [point.entrant.folder for point in points]
    twice = [folder for folder in folders if folders.count(folder) > 1]
    if twice:
        raise EdgewrightError(f"Two combinations of --sweep would both have the run folder {twice[0]}")
