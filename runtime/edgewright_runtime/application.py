"""The sub-commands of `edgewright`, found by entry point, as one Typer application."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer

from .errors import EdgewrightError
from .suggestion import unknown_name
from .version import __version__

GROUP = "edgewright.commands"

# The order in which a model meets them; commands from other packages come after.
_ORDER = ("digits", "train", "convert", "explain", "evaluate", "gate", "bench", "classify")


def application(arguments: list[str]) -> typer.Typer:
    """The application with the one sub-command that is asked for, or all of them for the overview.

    Only what is needed is imported: `edgewright --help` must answer at once.
    """
    app = typer.Typer(
        name="edgewright",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )
    app.callback(
        epilog="First steps: edgewright digits data/digits, then train data/digits --recipe digits --out runs/digits"
    )(_overview)
    found = _found_commands()
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    if asked is not None and asked not in found:
        raise EdgewrightError(unknown_name("command", asked, found))
    for name, entry in found.items():
        if asked in {None, name}:
            app.command(name)(entry.load())
    return app


def _found_commands() -> dict[str, EntryPoint]:
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    order = [name for name in _ORDER if name in known] + sorted(known.keys() - set(_ORDER))
    return {name: known[name] for name in order}


def _version(wanted: bool) -> None:
    if wanted:
        print(f"edgewright {__version__}")
        raise typer.Exit


def _overview(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
) -> None:
    """Takes an image classifier from training to phones, Raspberry Pis and Jetsons without losing accuracy."""
