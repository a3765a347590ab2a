"""What a user sees while a training runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


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
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
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
