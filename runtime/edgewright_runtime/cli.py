"""The command `edgewright`: turns what is typed into an exit status, and errors into a sentence."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

from .errors import DEBUG_VARIABLE, EXIT_DONE, EdgewrightError
from .suggestion import unknown_name

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from .command_line import Command

EXIT_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h: never to be mistaken for a failed gate
EXIT_INTERRUPTED = 130  # what shells report after Ctrl-C

GROUP = "edgewright.commands"

# The order in which a model meets them; commands from other packages come after.
_ORDER = (
    "digits",
    "inspect",
    "doctor",
    "train",
    "import",
    "convert",
    "explain",
    "evaluate",
    "gate",
    "bench",
    "classify",
    "verify",
)

_OWN = frozenset({"evaluate", "gate", "bench", "classify", "verify"})

# Commands that hold nothing but memory once they have printed: see `process_main`.
_LEAVE_AT_ONCE = frozenset({"classify"})

_ALLOCATIONS = 10_000
"""More objects than have gone, before Python looks for garbage; 700 by itself."""

_DESCRIPTION = "Takes an image classifier from training to phones, Raspberry Pis and Jetsons without losing accuracy."
_FIRST_STEPS = "First steps: edgewright digits data/digits, then train data/digits --recipe digits --out runs/digits"


def process_main() -> None:
    """`main`, for a process that does nothing else.

    Taking the interpreter apart costs a tenth of the time from a photo to its label, and frees what the system frees
    anyway; where a command leaves nothing to be closed, that is passed over. Looking for garbage while modules are
    imported, which leaves none, costs a thirtieth; it is looked for less often.
    """
    gc.set_threshold(_ALLOCATIONS)
    try:
        main()
    except SystemExit as end:
        if sys.argv[1:2] and sys.argv[1] in _LEAVE_AT_ONCE and isinstance(end.code, int) and _is_written():
            os._exit(end.code)
        raise


def main() -> None:
    """Runs the command line and ends with its exit status, as `SystemExit`."""
    arguments = sys.argv[1:]
    if "--debug" in arguments:
        os.environ[DEBUG_VARIABLE] = "1"
    debug = bool(os.environ.get(DEBUG_VARIABLE))
    sys.exit(_exit_status([argument for argument in arguments if argument != "--debug"], debug=debug))


def _is_written() -> bool:
    """Whether all that was printed has been written; Python says why not when it ends."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return False
    return True


def _exit_status(arguments: list[str], *, debug: bool) -> int | str | None:
    try:
        return _run(arguments)
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
        return EXIT_DONE
    except Exception as error:
        _report(
            f"Error: edgewright met something it did not expect ({type(error).__name__}: {error}); "
            f"run it again with --debug and report what it prints",
            debug=debug,
        )
        return EXIT_UNEXPECTED


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"--help", "-h"}:
        return _print_overview()
    if arguments[0] == "--version":
        from .version import __version__

        print(f"edgewright {__version__}")
        return EXIT_DONE
    name, *rest = arguments
    if name.startswith("-"):
        raise EdgewrightError(_misplaced(name))
    from .command_line import run_command

    return run_command(name, command_named(name), rest)


def _misplaced(option: str) -> str:
    import difflib  # here, for only mistakes need it

    near = difflib.get_close_matches(option, ["--version", "--help", "--debug"], n=1, cutoff=0.75)
    if near:
        return f"edgewright has no option {option}: did you mean {near[0]}?"
    return f"{option} goes behind a command: edgewright COMMAND {option}; see edgewright --help"


def command_named(name: str) -> Command:
    """The command of that name; only its module is imported.

    Raises:
        EdgewrightError: there is none; the sentence names the nearest.
    """
    if name in _OWN:
        # Without a look at what is installed, which takes a tenth of the time to a label on a board.
        own: Command = importlib.import_module(f"{__package__}.commands.{name}").COMMAND
        return own
    found = _entries()
    if name not in found:
        raise EdgewrightError(unknown_name("command", name, found))
    command: Command = found[name].load()
    return command


def command_names() -> tuple[str, ...]:
    """The names of all commands, in the order in which a model meets them."""
    return tuple(_entries())


def _entries() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # here, for it brings the whole of `email` with it

    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    order = [name for name in _ORDER if name in known] + sorted(known.keys() - set(_ORDER))
    return {name: known[name] for name in order}


def _print_overview() -> int:
    from .command_line import overview

    commands = {name: command_named(name) for name in command_names()}
    print(overview(commands, description=_DESCRIPTION, epilog=_FIRST_STEPS))
    return EXIT_DONE


def _report(sentence: str, *, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    process_main()
