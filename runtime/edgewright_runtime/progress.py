"""A progress bar on standard error for work that takes more than a moment."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

Advance = Callable[[], None]


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
