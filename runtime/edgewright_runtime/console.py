"""What people see on a terminal: tables on standard output, bars and a moving line on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

Advance = Callable[[], None]


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
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as line:
        task = line.add_task("Starting", step="Starting")

        def start(text: str) -> None:
            line.reset(task, description=text, step=text)

        def detail(text: str) -> None:
            step = line.tasks[task].fields["step"]
            line.update(task, description=f"{step}: {text}" if text else step)

        yield StatusLine(start, detail)
