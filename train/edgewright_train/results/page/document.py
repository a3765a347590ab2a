"""What all pages share: a title, a summary, and sections that one can jump to."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .style import STYLE


def document(title: str, *, origin: str, summary: str, sections: Sequence[tuple[str, str, str]]) -> str:
    """A whole HTML page that loads nothing from anywhere.

    Args:
        title: as text.
        origin: one line below it, as text.
        summary: what is to be known first, as HTML.
        sections: anchor, heading and content of each, the content as HTML.
    """
    links = " ".join(f'<a href="#{anchor}">{heading}</a>' for anchor, heading, _ in sections)
    body = "\n".join(f'<h2 id="{anchor}">{heading}</h2>\n{text}' for anchor, heading, text in sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p class="soft small">{escape(origin)}</p>
{summary}
<nav>{links}</nav>
{body}
</main>
</body>
</html>
"""
