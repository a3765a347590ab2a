"""The command `edgewright`: finds sub-commands by entry point, and turns errors into a sentence and an exit status."""

from __future__ import annotations

import os
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer

from . import __version__
from .errors import DEBUG_VARIABLE, EdgewrightError
from .suggestion import unknown_name

GROUP = "edgewright.commands"
EXIT_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h: never to be mistaken for a failed gate
EXIT_INTERRUPTED = 130  # what shells report after Ctrl-C

# The order in which a model meets them; commands from other packages come after.
_ORDER = ("digits", "train", "convert", "explain", "evaluate", "gate", "bench", "classify")


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    arguments = sys.argv[1:]
    if "--debug" in arguments:
        os.environ[DEBUG_VARIABLE] = "1"
    debug = bool(os.environ.get(DEBUG_VARIABLE))
    sys.argv[1:] = [argument for argument in arguments if argument != "--debug"]
    sys.exit(_exit_status(debug=debug))


def _exit_status(*, debug: bool) -> int | str | None:
    try:
        _app(sys.argv[1:])()
    except SystemExit as end:
        return end.code
    except EdgewrightError as error:
        _report(f"Error: {error}", debug=debug)
        return error.exit_status
    except KeyboardInterrupt:
        _report("Interrupted.", debug=False)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        _report(
            f"Error: edgewright met something it did not expect ({type(error).__name__}: {error}); "
            f"run it again with --debug and report what it prints",
            debug=debug,
        )
        return EXIT_UNEXPECTED
    return 0


def _report(sentence: str, *, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
    print(sentence, file=sys.stderr)


def _app(arguments: list[str]) -> typer.Typer:
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


if __name__ == "__main__":
    main()
