"""What people see on a terminal: tables on standard output, bars and a moving line on standard error."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import TaskID

Advance = Callable[[], None]

_WIDEST_TEXT = 100
"""Columns; longer lines of text are hard to read."""


@dataclass(frozen=True)
class Column:
    """One column: its heading, and whether it holds numbers."""

    heading: str
    numeric: bool = False


@dataclass(frozen=True)
class StatusLine:
    """What changes a line that tells what is going on.

    Attributes:
        start: begins a step: its name, and the clock at nought.
        detail: adds to the step's name how far it has come.
    """

    start: Callable[[str], None]
    detail: Callable[[str], None]


def _say_nothing(_text: str) -> None:
    pass


SILENT = StatusLine(_say_nothing, _say_nothing)
"""For use as a library."""


def print_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Prints the rows; cells may hold rich's markup."""
    from rich.console import Console
    from rich.table import Table

    # Off a terminal (CI logs, pipes) rich would fold lines at 80 columns, in the middle of numbers.
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        table.add_column(column.heading, justify="right" if column.numeric else "left", no_wrap=column.numeric)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def print_paragraph(text: str, *, indent: int = 0) -> None:
    """Prints the text as it is, in lines no wider than the terminal or what reads well.

    Args:
        text: without line breaks; markup in it means nothing.
        indent: columns by which all lines but the first are moved in.
    """
    import shutil
    import textwrap

    width = min(_WIDEST_TEXT, shutil.get_terminal_size().columns)
    # A name or a command that is cut at its hyphens cannot be copied.
    print(textwrap.fill(text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False))


@contextlib.contextmanager
def progress(description: str, total: int) -> Iterator[Advance]:
    """A function to call once per finished piece of work; the bar shows only on a terminal and goes away when done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda: bar.advance(task)


@contextlib.contextmanager
def status() -> Iterator[StatusLine]:
    """The functions that change what the line says; it shows only on a terminal and goes away when done."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),  # what goes into a file or pipe stays out of the line's way
    ) as line:
        task = line.add_task("Starting", step="Starting")

        def start(text: str) -> None:
            line.reset(task, description=text, step=text)

        def detail(text: str) -> None:
            step = line.tasks[task].fields["step"]
            line.update(task, description=f"{step}: {text}" if text else step)

        yield StatusLine(start, detail)


class Reporter(Protocol):
    """Where the stages of a training say how far they are."""

    def line(self, text: str) -> None:
        """Says something that stays to be read."""

    def step(self, what: str, done: int, total: int) -> None:
        """Says that `done` of `total` are done of what is going on; 0 at its start."""

    def finish(self) -> None:
        """Says that what was going on has ended."""


class Silent:
    """A reporter that says nothing, for use as a library."""

    def line(self, text: str) -> None:
        """Says nothing."""

    def step(self, what: str, done: int, total: int) -> None:
        """Says nothing."""

    def finish(self) -> None:
        """Says nothing."""


class Lines:
    """A reporter for log files and pipes: lines only, written at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def line(self, text: str) -> None:
        """Writes the line."""
        print(text, file=self._stream, flush=True)

    def step(self, what: str, done: int, total: int) -> None:
        """Says nothing: a log does not move."""

    def finish(self) -> None:
        """Says nothing."""


class Bars:
    """A reporter for terminals: lines, and below them a bar with a spinner and a clock that never stand still."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self._task: TaskID | None = None
        self._what = ""

    def finish(self) -> None:
        """Takes the bar away."""
        self._progress.stop()

    def line(self, text: str) -> None:
        """Writes the line above the bar."""
        self._progress.console.print(text, highlight=False, markup=False)

    def step(self, what: str, done: int, total: int) -> None:
        """Moves the bar; a new one where something else is going on now."""
        if self._task is None or what != self._what:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task, self._what = self._progress.add_task(what, total=total), what
        self._progress.start()
        self._progress.update(self._task, completed=done, total=total)


@contextlib.contextmanager
def watching(stream: TextIO) -> Iterator[Reporter]:
    """The reporter that suits the stream: bars where a person watches it, else lines."""
    if not stream.isatty():
        yield Lines(stream)
        return
    bars = Bars(stream)
    try:
        yield bars
    finally:
        bars.finish()
