"""The page: one file that loads nothing, with every name escaped."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edgewright_convert.explain.advice import advice_of
from edgewright_convert.explain.error_shares import ErrorShares
from edgewright_convert.explain.page import page_html

from .made_up import findings, float_layers, row

HOSTILE = '<script>alert("1")</script>&\'"'


class Elements(HTMLParser):
    """The elements of a page and their attributes; complains of those that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(rows, *, title: str = "run", notes=(), picture: bytes = b"png", **changes) -> str:
    return page_html(advice_of(findings(**changes)), rows, picture, title=title, notes=notes)


def test_every_element_is_closed_and_every_layer_has_a_row():
    found = Elements(page([row(number) for number in range(5)]))
    assert found.open == []
    assert [tag for tag, _ in found.found].count("tr") == 6


def test_picture_is_in_the_page_and_nothing_is_loaded():
    text = page([row()], picture=b"a picture")
    sources = [value for _, attributes in Elements(text).found for name, value in attributes.items() if name == "src"]
    assert sources == ["data:image/png;base64," + base64.b64encode(b"a picture").decode()]
    assert not re.search(r"https?:|@import|url\(|<script|<link", text)


def test_whatever_has_a_name_is_escaped():
    text = page(
        [row(layer=HOSTILE, operator=HOSTILE)],
        title=HOSTILE,
        notes=[HOSTILE],
        run=Path(HOSTILE),
        shares=ErrorShares({HOSTILE: 1.0}, 0.5),
        float_layers=float_layers(HOSTILE),
        why_not_corrected=HOSTILE,
    )
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 6
    assert "script" not in [tag for tag, _ in Elements(text).found]


@pytest.mark.parametrize("changes", [{}, {"weights_db": 40.0, "activations_db": 35.0}])
def test_rows_have_a_cell_for_each_heading(changes):
    tags = [tag for tag, _ in Elements(page([row(**changes)])).found]
    assert tags.count("th") == tags.count("td") == (10 if changes else 8)
