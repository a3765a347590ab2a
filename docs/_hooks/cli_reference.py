"""Writes reference/cli.md from the commands themselves, and the list of decisions from their titles."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

DECISIONS = Path(__file__).parents[1] / "decisions"


def on_files(files: Files, *, config: Any) -> Files:
    """The site's pages with the generated ones among them."""
    files.append(File.generated(config, "reference/cli.md", content=_cli_page()))
    files.append(File.generated(config, "decisions/index.md", content=_decisions_page()))
    return files


def _cli_page() -> str:
    from edgewright_runtime.cli import command_named, command_names
    from edgewright_runtime.command_line import parser_of

    os.environ["COLUMNS"] = "98"
    parts = ["# Commands", "What `edgewright COMMAND --help` prints, for every command; made from the code."]
    for name in command_names():
        command = command_named(name)
        parts += [f"## edgewright {name}", command.summary, f"```text\n{parser_of(name, command).format_help()}```"]
    return "\n\n".join(parts) + "\n"


def _decisions_page() -> str:
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    titles = [page.read_text(encoding="utf-8").splitlines()[0].lstrip("# ") for page in pages]
    lines = [f"- [{title}]({page.name})" for page, title in zip(pages, titles, strict=True)]
    return "# Decisions\n\nWhat was not obvious, and why it is as it is.\n\n" + "\n".join(lines) + "\n"
