"""Pieces of HTML; whatever comes from data is escaped here or by who calls."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..inside.gallery import Exhibit
from ..pictures.sheet import jpeg_of

_GRAIN = 64  # pixels; smaller pictures are shown as they are, pixel by pixel


def plot(png: bytes, alternative: str, *, large: bool = False, caption: str = "") -> str:
    """A drawn picture; a large one may be moved sideways on a phone."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    kind = "plot large" if large else "plot"
    return (
        f'<figure><div class="{kind}"><img alt="{escape(alternative)}" src="{_uri(png, "png")}"></div>{below}</figure>'
    )


def tiles(exhibits: Sequence[Exhibit], captions: Sequence[str] = ()) -> str:
    """Small pictures side by side; captions are HTML, else the exhibits' own text."""
    below = captions or [escape(each.caption) for each in exhibits]
    little = " little" if not any(below) else ""
    items = "".join(_tile(each, text) for each, text in zip(exhibits, below, strict=True))
    return f'<div class="tiles{little}">{items}</div>'


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, names: int = 1) -> str:
    """A table of HTML cells whose first `names` columns hold text."""
    head = "".join(_cell("th", text, place < names) for place, text in enumerate(headings))
    body = "".join(
        f"<tr>{''.join(_cell('td', text, place < names) for place, text in enumerate(row))}</tr>\n" for row in rows
    )
    return f'<div class="card wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


def bar(share: float, interval: tuple[float, float] | None = None, kind: str = "") -> str:
    """A bar from 0 to 1, with a line over the interval."""
    line = (
        ""
        if interval is None
        else f'<u style="left:{100 * interval[0]:.0f}%;width:{100 * (interval[1] - interval[0]):.0f}%"></u>'
    )
    return f'<span class="span {kind}"><i style="width:{100 * share:.0f}%"></i>{line}</span>'


def _tile(exhibit: Exhibit, caption: str) -> str:
    data, kind, grain = _encoded(exhibit.pixels)
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    wrong = ' class="wrong"' if exhibit.wrong else ""
    return f'<figure{wrong}><img alt="" loading="lazy"{grain} src="{_uri(data, kind)}">{below}</figure>'


def _encoded(pixels: NDArray[np.uint8]) -> tuple[bytes, str, str]:
    if max(pixels.shape[:2]) > _GRAIN:
        return jpeg_of(pixels), "jpeg", ""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "png", optimize=True)
    return data.getvalue(), "png", ' class="grain"'


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _cell(tag: str, text: str, is_name: bool) -> str:
    return f'<{tag} class="name">{text}</{tag}>' if is_name else f"<{tag}>{text}</{tag}>"
