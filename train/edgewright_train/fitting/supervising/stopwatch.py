"""How long each part of a training took, in all processes that worked on it."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping

WHOLE = "all"


class Stopwatch:
    """Measures parts of a training, and adds what processes before this one have measured."""

    def __init__(self, before: Mapping[str, float] | None = None) -> None:
        """Starts it.

        Args:
            before: `seconds` of the process that was interrupted, at its last checkpoint.
        """
        self._seconds = Counter(dict(before or {}))
        self._began = {WHOLE: time.perf_counter()}

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A block that is measured under this name."""
        self._began[name] = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] += time.perf_counter() - self._began.pop(name)  # type: ignore[assignment]

    def seconds(self) -> dict[str, float]:
        """Of each part so far, those that are not over among them, and of all together."""
        now = time.perf_counter()
        running = {name: now - began for name, began in self._began.items()}
        return {
            name: float(self._seconds[name]) + running.get(name, 0.0)
            for name in sorted(self._seconds.keys() | running.keys(), key=lambda name: name == WHOLE)
        }
