"""Contestants side by side: all label the same photo, taking turns, so that what slows the machine slows them all."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("contestant.py")
_BURST = 5
"""Labels in a row in each turn: the first finds the processor's caches full of the others' data."""


@dataclass(frozen=True)
class Contestant:
    """Who takes part.

    Attributes:
        title: in the table.
        name: in contestant.py.
        python: of its environment.
    """

    title: str
    name: str
    python: Path


@dataclass(frozen=True)
class Result:
    """What one contestant did with one photo.

    Attributes:
        label: that it gave; empty where it gives none.
        samples_ms: of each label that was timed.
    """

    label: str
    samples_ms: tuple[float, ...]

    @property
    def quickest_ms(self) -> float:
        """What it takes where nothing interrupts it (Python's timeit: higher values are other processes' doing)."""
        return min(self.samples_ms)


def race(
    contestants: Sequence[Contestant], photos: Sequence[Path], *, model: Path, labels: Path, rounds: int
) -> dict[str, dict[Path, Result]]:
    """By the contestant's title, what it did with each photo in so many turns, after one that is not counted."""
    chance = random.Random(0)
    found: dict[str, dict[Path, Result]] = {each.title: {} for each in contestants}
    with ExitStack() as stack:
        started = [(each.title, stack.enter_context(_started(each, model, labels))) for each in contestants]
        for photo in photos:
            times: dict[str, list[float]] = {title: [] for title, _ in started}
            label = {}
            for turn in range(rounds + 1):
                # In another order each time, for one may leave work behind that slows the next.
                for title, process in chance.sample(started, len(started)):
                    burst = [_answer(process, photo, title) for _ in range(_BURST)]
                    label[title] = burst[0]["label"]
                    if turn > 0:
                        times[title] += [answer["ms"] for answer in burst]
            for title, samples in times.items():
                found[title][photo] = Result(label[title], tuple(samples))
    return found


@contextmanager
def _started(contestant: Contestant, model: Path, labels: Path) -> Iterator[subprocess.Popen[str]]:
    command = [str(contestant.python), str(_SCRIPT), contestant.name, str(model), str(labels)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)


def _answer(process: subprocess.Popen[str], photo: Path, title: str) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{photo}\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{title} ended with status {process.wait()} on {photo}")
    answer: dict[str, Any] = json.loads(line)
    return answer
