"""Commands and their options, understood by argparse: one parser for everything that is typed.

A sub-command is a `Command`, named by an entry point of the group `edgewright.commands`. Importing its module must be
light, for `edgewright --help` imports them all; what is heavy is imported when the command runs.
"""

from __future__ import annotations

import argparse
import math
import re
import shutil
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from .errors import EdgewrightError

_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_WIDEST = 100
"""Columns; longer lines of help are hard to read."""


class Arguments(Protocol):
    """A parser or a group of options of one, as far as options are declared with it."""

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Declares one argument or option."""
        ...


@dataclass(frozen=True)
class Command:
    """A sub-command.

    Attributes:
        summary: one sentence, for the overview and the command's own help.
        example: a command line that works.
        add_arguments: declares its arguments and options.
        run: does it and returns the exit status; raises EdgewrightError for what is wrong.
        details: what the help says further, as paragraphs.
    """

    summary: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    details: str = ""


def run_command(name: str, command: Command, arguments: Sequence[str]) -> int:
    """Runs the command with what was typed behind its name; the exit status.

    Raises:
        EdgewrightError: an option is unknown, missing or malformed, or the command itself says what is wrong.
        SystemExit: help was asked for and printed.
    """
    parser = parser_of(name, command)
    return command.run(parser.parse_intermixed_args(list(arguments)))


def parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    """The parser of one command."""
    width = _width()
    paragraphs = [command.summary, *command.details.split("\n\n"), f"Example: {command.example}"]
    parser = _Parser(
        prog=f"edgewright {name}",
        description="\n\n".join(textwrap.fill(each, width) for each in paragraphs if each),
        formatter_class=lambda prog: _Formatter(prog, max_help_position=28, width=width),
        allow_abbrev=False,
        add_help=False,
    )
    command.add_arguments(parser)
    parser.add_argument("--debug", action="store_true", help="Show a traceback with an error.")
    parser.add_argument("-h", "--help", action="help", help="Show this message and exit.")
    return parser


def overview(commands: dict[str, Command], *, description: str, epilog: str) -> str:
    """The text of `edgewright --help`."""
    longest = max(map(len, commands))
    width = _width()
    lines = [
        textwrap.fill(
            f"  {name:<{longest}}  {command.summary}",
            width,
            subsequent_indent=" " * (longest + 4),
            drop_whitespace=True,
        )
        for name, command in commands.items()
    ]
    return "\n".join(
        [
            "Usage: edgewright COMMAND [ARGUMENTS]...",
            "",
            textwrap.fill(description, width),
            "",
            "Commands:",
            *lines,
            "",
            "Options:",
            "  --version    Print the version and exit.",
            "  --debug      Show a traceback with an error.",
            "  -h, --help   Show this message, or that of a command: edgewright COMMAND --help",
            "",
            textwrap.fill(epilog, width),
        ]
    )


def whole_number(*, low: int | None = None) -> Callable[[str], int]:
    """A type for `add_argument`: whole numbers, from `low` on."""

    def parsed(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or (low is not None and value < low):
            bound = "" if low is None else f" from {low} on"
            raise argparse.ArgumentTypeError(f"must be a whole number{bound}, not {text!r}")
        return value

    return parsed


def number(*, low: float = -math.inf, high: float = math.inf) -> Callable[[str], float]:
    """A type for `add_argument`: finite numbers in [low, high]."""

    def parsed(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not low <= value <= high:
            bounds = [f"at least {low:g}"] if low > -math.inf else []
            bounds += [f"at most {high:g}"] if high < math.inf else []
            raise argparse.ArgumentTypeError(
                f"must be a number{' ' if bounds else ''}{' and '.join(bounds)}, not {text!r}"
            )
        return value

    return parsed


def path(text: str) -> Path:
    """A type for `add_argument`: a path, which need not exist."""
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"must be a path, not {text!r}")
    return Path(text)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help with defaults behind the options that have one, and `Usage:` with a capital as all headings here."""

    def start_section(self, heading: str | None) -> None:
        """Begins a group of options, with a capital as all headings here."""
        super().start_section({"positional arguments": "Arguments", "options": "Options"}.get(heading or "", heading))

    def _split_lines(self, text: str, width: int) -> list[str]:
        # The names of formats and options have hyphens in them.
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        # The same hook as that of argparse's own ArgumentDefaultsHelpFormatter.
        text = action.help
        shown = action.default not in {None, False, argparse.SUPPRESS} if _hashable(action.default) else True
        return f"{text} [default: %(default)s]" if text and shown and action.option_strings else text

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Writes the usage line: the command, what it must be given, and that there are options."""
        required = [each for each in actions if not each.option_strings or each.required]
        super().add_usage(usage, [*required, _OPTIONS], groups, prefix or "Usage: ")


class _OptionsMark(argparse.Action):
    """Stands for all options in the usage line."""

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError


_OPTIONS = _OptionsMark(option_strings=[], dest="options", nargs="?", metavar="OPTIONS")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        raise EdgewrightError(self._sentence(message))

    def _sentence(self, message: str) -> str:
        if match := re.fullmatch(r"the following arguments are required: (.+)", message):
            return f"{self.prog} needs {_joined(match[1].split(', '))}; see {self.prog} --help"
        if match := re.fullmatch(r"unrecognized arguments: (.+)", message):
            return self._unknown(match[1])
        if match := re.fullmatch(r"argument (?P<name>\S+?): expected (?:one|at least one) arguments?", message):
            return f"{match['name']} needs a value behind it; see {self.prog} --help"
        if match := re.fullmatch(r"argument (?P<name>\S+?): ignored explicit argument (?P<value>.+)", message):
            return f"{match['name']} takes no value, and got {match['value']}"
        if match := re.fullmatch(r"argument (?P<name>\S+?): (?P<rest>must be .+)", message, re.DOTALL):
            return f"{match['name']} {match['rest']}"
        return f"{message}; see {self.prog} --help"

    def _unknown(self, typed: str) -> str:
        first = typed.split(maxsplit=1)[0]
        if not first.startswith("-"):
            return f"{self.prog} takes no further argument {first!r}; see {self.prog} --help"
        import difflib  # here, for only mistakes need it

        option = first.partition("=")[0]
        known = sorted(set(_OPTION.findall(self.format_help())))
        near = difflib.get_close_matches(option, known, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"see {self.prog} --help"
        return f"{self.prog} has no option {option}: {hint}"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _hashable(value: object) -> bool:
    return isinstance(value, (str, int, float, bool, type(None)))


def _width() -> int:
    return min(_WIDEST, shutil.get_terminal_size().columns - 2)
