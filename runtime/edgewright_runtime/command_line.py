"""Commands and their options, understood by argparse: one parser for everything that is typed.

A sub-command is a `Command`, named by an entry point of the group `edgewright.commands`. Importing its module must be
light, for `edgewright --help` imports them all; what is heavy is imported when the command runs.
"""

from __future__ import annotations

import argparse
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from .errors import EdgewrightError

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
    return command.run(parser_of(name, command).parsed(arguments))


def parser_of(name: str, command: Command) -> Parser:
    """The parser of one command."""
    return Parser(name, command)


def overview(commands: dict[str, Command], *, description: str, epilog: str) -> str:
    """The text of `edgewright --help`."""
    import textwrap

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


def one_of(*names: str) -> Callable[[str], str]:
    """A type for `add_argument`: one of these words."""

    def parsed(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"must be one of {', '.join(names)}, not {text!r}")
        return text

    return parsed


def path(text: str) -> Path:
    """A type for `add_argument`: a path, which need not exist."""
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"must be a path, not {text!r}")
    return Path(text)


class KeyValues(argparse.Action):
    """An option that takes every word behind it with an equals sign in it; the value is a list of these words."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, option_string: str | None = None) -> None:  # noqa: ARG002
        """Adds the word."""
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest) or []), values])


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help with defaults behind the options that have one, and `Usage:` with a capital as all headings here."""

    def start_section(self, heading: str | None) -> None:
        """Begins a group of options, with a capital as all headings here."""
        super().start_section({"positional arguments": "Arguments", "options": "Options"}.get(heading or "", heading))

    def _split_lines(self, text: str, width: int) -> list[str]:
        # The names of formats and options have hyphens in them.
        import textwrap

        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        # The same hook as that of argparse's own ArgumentDefaultsHelpFormatter.
        text = action.help
        # A flag's False says nothing, and neither does an empty list; 0 does.
        shown = action.default is not False and action.default not in (None, [], argparse.SUPPRESS)
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


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and that looks at the terminal only to print help."""

    def __init__(self, name: str, command: Command) -> None:
        # Declaring an argument makes a formatter each time, which without a width would ask for the terminal's.
        super().__init__(
            prog=f"edgewright {name}",
            formatter_class=lambda prog: argparse.HelpFormatter(prog, width=_WIDEST),
            allow_abbrev=False,
            add_help=False,
            exit_on_error=False,
        )
        self._command = command
        command.add_arguments(self)
        self.add_argument("--debug", action="store_true", help="Show a traceback with an error.")
        self.add_argument("-h", "--help", action="help", help="Show this message and exit.")

    def parsed(self, words: Sequence[str]) -> argparse.Namespace:
        """The values of what was typed, wherever the options stand.

        Raises:
            EdgewrightError: an option is unknown, missing or malformed.
            SystemExit: help was asked for and printed.
        """
        try:
            found, further = self.parse_known_args(self._arranged(words))
        except argparse.ArgumentError as error:
            raise EdgewrightError(self._sentence(error)) from error
        further = [word for word in further if word != "--"]
        if further:
            raise EdgewrightError(f"{self.prog} takes no further argument {further[0]!r}; {self._see}")
        return found

    def format_help(self) -> str:
        """The command's page: what it does, an example, and its options as wide as the terminal."""
        import textwrap

        width = _width()
        told = [self._command.summary, *self._command.details.split("\n\n")]
        paragraphs = [textwrap.fill(each, width) for each in told if each]
        # Not folded: a line break in the middle could not be copied.
        self.description = "\n\n".join([*paragraphs, f"Example: {self._command.example}"])
        self.formatter_class = lambda prog: _Formatter(prog, max_help_position=28, width=width)
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Raises what argparse reports as missing, as it raises everything else."""
        raise argparse.ArgumentError(None, message)

    @property
    def _see(self) -> str:
        return f"see {self.prog} --help"

    def _arranged(self, words: Iterable[str]) -> list[str]:
        """The same words, each option joined to its value and all of them in front of the rest.

        argparse alone takes images in one row only, or, told to let options stand between them, reports what is missing
        in two goes.
        """
        rest = deque(words)
        options: list[str] = []
        others: list[str] = []
        while rest:
            word = rest.popleft()
            if word == "--":
                others.extend(rest)
                break
            if not word.startswith("-") or word == "-":
                others.append(word)
                continue
            options.append(self._with_value(word, rest))
            name = word.partition("=")[0]
            if isinstance(self._option_string_actions[name], KeyValues):
                while rest and not rest[0].startswith("-") and "=" in rest[0]:
                    options.append(f"{name}={rest.popleft()}")
        return [*options, "--", *others] if others else options

    def _with_value(self, word: str, rest: deque[str]) -> str:
        name, equals, value = word.partition("=")
        action = self._option_string_actions.get(name)
        if action is None:
            raise EdgewrightError(self._unknown(name))
        if action.nargs == 0:
            if equals:
                raise EdgewrightError(f"{name} takes no value, and got {value!r}")
            return word
        if equals:
            return word
        following = rest[0] if rest else "--"
        if following == "--" or following.partition("=")[0] in self._option_string_actions:
            raise EdgewrightError(f"{name} needs a value: {name} {action.metavar or 'VALUE'}; {self._see}")
        return f"{name}={rest.popleft()}"

    def _unknown(self, option: str) -> str:
        import difflib  # here, for only mistakes need it

        near = difflib.get_close_matches(option, self._option_string_actions, n=1, cutoff=0.6)
        return f"{self.prog} has no option {option}: {f'did you mean {near[0]}?' if near else self._see}"

    def _sentence(self, error: argparse.ArgumentError) -> str:
        if error.argument_name is not None:
            return f"{error.argument_name} {error.message}"
        required = {"/".join(each.option_strings) or str(each.metavar): each for each in self._actions}
        missing = [required[name] for name in error.message.rpartition(": ")[2].split(", ")]
        typed = [" ".join([*each.option_strings[:1], str(each.metavar or each.dest)]) for each in missing]
        return f"{self.prog} needs {_joined(typed)}; {self._see}"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _width() -> int:
    import shutil  # here, for it brings compression with it, and classify prints no help

    return min(_WIDEST, shutil.get_terminal_size().columns - 2)
