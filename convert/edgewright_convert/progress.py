"""A line on standard error that moves while a converter works; few steps tell how far they have come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class StatusLine:
    """What changes the line.

    Attributes:
        start: begins a step: its name, and the clock at nought.
        detail: adds to the step's name how far it has come.
    """

    start: Callable[[str], None]
    detail: Callable[[str], None]


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
