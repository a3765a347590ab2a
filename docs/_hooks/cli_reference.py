"""Writes reference/cli.md from the parsers of the commands themselves."""

from __future__ import annotations

import argparse
import html
import os
from collections.abc import Iterator
from typing import Any

from mkdocs.structure.files import File, Files

from edgewright_runtime.cli import command_named, command_names
from edgewright_runtime.command_line import Command, parser_of

_OF_EVERY_COMMAND = {"--help", "--debug"}

_HEAD = """\
# Commands

Made from the commands themselves; `edgewright COMMAND --help` says the same.

Every command takes `--debug`, which shows a traceback with an error, and `--help`. Where a program may read what comes
out, there is `--json`.

| exit status | when |
|---|---|
| 0 | done |
| 1 | the gate or a check failed |
| 2 | bad input or usage: the sentence says what was given, what was expected and what to do |
| 3 | a package or device is missing: the sentence names the extra that brings it |
"""


def on_files(files: Files, *, config: Any) -> Files:
    """The site's pages with that of the commands among them."""
    files.append(File.generated(config, "reference/cli.md", content=_page()))
    return files


def _page() -> str:
    os.environ["COLUMNS"] = "200"  # one line for each usage; the browser wraps it
    commands = {name: command_named(name) for name in command_names()}
    overview = ["| command | what it does |", "|---|---|"]
    overview += [f"| [`{name}`](#edgewright-{name}) | {each.summary} |" for name, each in commands.items()]
    return "\n\n".join([_HEAD, "\n".join(overview), *(_section(name, each) for name, each in commands.items())]) + "\n"


def _section(name: str, command: Command) -> str:
    parser = parser_of(name, command)
    usage = " ".join(parser.format_usage().removeprefix("Usage: ").split())
    parts = [f"## edgewright {name}", command.summary, command.details, f"```sh\n{usage}\n```"]
    parts += ["For example:", f"```sh\n{command.example}\n```", *_groups(parser)]
    return "\n\n".join(part for part in parts if part)


def _groups(parser: argparse.ArgumentParser) -> Iterator[str]:
    formatter = parser._get_formatter()
    for group in parser._action_groups:
        actions = [each for each in group._group_actions if not _OF_EVERY_COMMAND.intersection(each.option_strings)]
        if not actions:
            continue
        heading = {"positional arguments": "Arguments", "options": "Options"}.get(group.title or "", group.title)
        yield f"**{heading}**"
        for action in actions:
            yield f"{_signature(action)}\n:   {html.escape(formatter._expand_help(action), quote=False)}"


def _signature(action: argparse.Action) -> str:
    value = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.metavar
    written = [f"{option} {value}" if value and action.nargs != 0 else option for option in action.option_strings]
    return ", ".join(f"`{each}`" for each in written or [str(value)])
