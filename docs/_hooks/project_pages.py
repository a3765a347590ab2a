"""Takes CONTRIBUTING.md and CHANGELOG.md into the site, and lists the decisions by their titles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_DOCS = Path(__file__).parents[1]
_LINK = re.compile(r"\]\(docs/(?P<target>[^)#]+)")

_DECISIONS = """\
# Decisions

What was not obvious, why it is as it is, and what it costs. Each page is short.
"""


def on_files(files: Files, *, config: Any) -> Files:
    """The site's pages with those that lie elsewhere or are made from others among them."""
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        text = (_DOCS.parent / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name.lower(), content=_LINK.sub(_inside_docs, text)))
    files.append(File.generated(config, "decisions/index.md", content=_decisions()))
    return files


def _inside_docs(link: re.Match[str]) -> str:
    target = link["target"].rstrip("/")
    return f"]({target}/index.md" if (_DOCS / target).is_dir() else f"]({target}"


def _decisions() -> str:
    pages = sorted((_DOCS / "decisions").glob("[0-9]*.md"))
    titles = [page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for page in pages]
    # Escaped, or "1. Packages ..." would begin a list inside the list.
    escaped = [title.replace(". ", "\\. ", 1) for title in titles]
    lines = [f"- [{title}]({page.name})" for title, page in zip(escaped, pages, strict=True)]
    return _DECISIONS + "\n" + "\n".join(lines) + "\n"
