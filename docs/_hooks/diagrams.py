"""Gives pages with diagrams the script that draws them, so that nothing is asked of anybody else's server.

The theme loads Mermaid from a public server unless a page has brought it. mermaidx carries the very file that Mermaid
publishes, and pip brings it.
"""

from __future__ import annotations

import importlib.resources
from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.utils import get_relative_url

_SCRIPT = "assets/javascripts/mermaid.min.js"


def on_files(files: Files, *, config: Any) -> Files:
    """The site's files with Mermaid among them."""
    published = importlib.resources.files("mermaidx") / "assets" / "mermaid.js"
    files.append(File.generated(config, _SCRIPT, content=published.read_bytes()))
    return files


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """The page with Mermaid loaded before the theme's own script, if it shows a diagram."""
    if '<pre class="mermaid">' not in output:
        return output
    script = f'<script src="{get_relative_url(_SCRIPT, page.url)}"></script>'
    before, theme, after = output.rpartition("<script src=")
    return f"{before}{script}{theme}{after}"
