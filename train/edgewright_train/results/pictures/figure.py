"""What all pictures share: a figure without a window, names that are no formulas, fonts that have their letters."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache

from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from PIL import Image

from ..names import shortened

DOTS_PER_INCH = 120
BLUE, ORANGE, GREY = "#2f6fb5", "#c8641e", "#8a94a0"
LONGEST_NAME = 34  # characters; what is longer is cut, for a name must not be larger than the picture

_FIRST_FONT = "DejaVu Sans"  # comes with matplotlib
# With letters that it lacks, as Linux, Windows and macOS have them. Coloured emoji fonts are bitmaps, which matplotlib
# cannot draw.
_MORE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "Source Han Sans SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "Yu Gothic", "Malgun Gothic",
    "PingFang SC", "Hiragino Sans", "Arial Unicode MS", "Noto Sans", "Noto Sans Devanagari", "Noto Sans Arabic",
    "Noto Sans Thai", "Noto Emoji", "Symbola",
)  # fmt: skip


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches."""
    return Figure(figsize=(width, height), layout="constrained")


def png_of(figure: Figure, *, colours: int | None = 128) -> bytes:
    """The figure as a PNG of few colours, a third of the size and the same to look at; None keeps all of them."""
    data, small = io.BytesIO(), io.BytesIO()
    with rc_context({"font.family": list(_fonts())}):
        figure.savefig(data, dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})
    if colours is None:
        return data.getvalue()
    with Image.open(data) as picture:
        picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


def drawable_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names as pictures can show them: shortened, and `class 7` where no font here has the letters."""
    return tuple(
        shortened(name, LONGEST_NAME) if _has_letters(name) else f"class {index}" for index, name in enumerate(names)
    )


def undrawable(names: Sequence[str]) -> tuple[int, ...]:
    """The places of the names that are drawn as `class 7`."""
    return tuple(index for index, name in enumerate(names) if not _has_letters(name))


def _has_letters(name: str) -> bool:
    return {ord(letter) for letter in name} <= _letters()


@cache
def _fonts() -> tuple[str, ...]:
    present = {font.name for font in font_manager.fontManager.ttflist}
    return (_FIRST_FONT, *(name for name in _MORE_FONTS if name in present))


@cache
def _letters() -> frozenset[int]:
    return frozenset(letter for name in _fonts() for letter in _letters_of(name))


def _letters_of(font: str) -> Iterable[int]:
    return FT2Font(font_manager.findfont(font, fallback_to_default=False)).get_charmap()
