"""Which backbones are compared, and what each is trained with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgewright_runtime.errors import EdgewrightError

from ..network import WEIGHTS_BY_NAME, backbone_named, backbone_of_file
from ..options import TrainOptions
from ..recipes import Recipe


@dataclass(frozen=True)
class Entrant:
    """One training of several that are put side by side.

    Attributes:
        name: what tells it from the others: a backbone, with `:ALPHA` where one was given.
        options: that it is trained with.
    """

    name: str
    options: TrainOptions

    @property
    def folder(self) -> str:
        """The name of its run folder."""
        return re.sub(r"[^\w.+-]+", "-", self.name).strip("-")


def entrants_of(text: str, options: TrainOptions) -> tuple[Entrant, ...]:
    """The backbones in a text such as `mobilenet_v2:0.35,mobilenet_v3_small`.

    Args:
        text: names of backbones, separated by commas; `:ALPHA` gives one a width.
        options: of all of them; its weights are `imagenet`, `none`, or a folder with a file for each.

    Raises:
        EdgewrightError: there are fewer than two, a name is unknown or there twice, the recipe does not suit one, or
            the folder lacks its weights.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise EdgewrightError(f"--compare names {twice[0]} twice")
    if len(names) < 2:
        raise EdgewrightError(
            f"--compare takes two backbones or more, such as mobilenet_v2,mobilenet_v3_small, not {text!r}"
        )
    recipe = options.changed_recipe()
    return tuple(_entrant(name, recipe, options) for name in names)


def _entrant(name: str, recipe: Recipe, options: TrainOptions) -> Entrant:
    backbone, _, width = name.partition(":")
    row = backbone_named(backbone)
    alpha = _width(name, width) if width else "auto"
    own = replace(recipe, backbone=row.name, alpha=alpha, activation="auto")
    if options.weights not in {None, *WEIGHTS_BY_NAME} and not Path(str(options.weights)).is_dir():
        raise EdgewrightError(
            f"--compare takes --weights imagenet, none, or a folder with a file for each backbone, not "
            f"{options.weights}"
        )
    return Entrant(name, options.settled(own, weights=weights_among(options.weights, row.name, alpha)))


def _width(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise EdgewrightError(
            f"--compare: {name} must be a backbone, or one with a width such as mobilenet_v2:0.35"
        ) from error


def weights_among(given: str | None, backbone: str, alpha: float | str) -> str | None:
    """The weights of this backbone: the word or file that was given, or the one file of the folder that was.

    Raises:
        EdgewrightError: the folder holds none that fits, or several.
    """
    if given is None or given in WEIGHTS_BY_NAME or not Path(given).is_dir():
        return given
    folder = Path(given)
    fitting = [path for path in _files_in(folder) if _fits(path, backbone, alpha)]
    if len(fitting) != 1:
        which = "no file" if not fitting else f"{len(fitting)} files"
        width = "" if alpha == "auto" else f" of alpha {alpha}"
        raise EdgewrightError(f"{folder} holds {which} with the weights of {backbone}{width}; it must hold one")
    return str(fitting[0])


def _files_in(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.h5"))


def _fits(path: Path, backbone: str, alpha: float | str) -> bool:
    found = backbone_of_file(path)
    return found is not None and found.backbone == backbone and alpha in {"auto", found.alpha}
