"""Checks, each a row with a function, gone through one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from edgewright_runtime.console import Reporter

from .finding import Diagnosis, Finding


@dataclass(frozen=True)
class Check:
    """A row of a table of checks.

    Attributes:
        name: what it looks at, to read on from `looking at`.
        look: from what is seen to the faults found; `...` of its argument is what the table is for.
    """

    name: str
    look: Callable[[Any], Iterable[Finding]]


def examined(seen: Any, checks: Sequence[Check], *, reporter: Reporter, seconds: float | None = None) -> Diagnosis:
    """What the checks find.

    A check that fails is left out and named: it judges a training, and must not cost it.

    Args:
        seen: what the checks look at.
        checks: rows of one table.
        reporter: what is told about progress.
        seconds: after which no further check is begun; None goes through all of them.
    """
    began, findings, left_out = time.monotonic(), [], []
    for number, check in enumerate(checks):
        if seconds is not None and time.monotonic() - began >= seconds:
            left_out.append(f"{check.name} was not looked at: the {seconds:.1f} seconds for the verdict were over.")
            continue
        reporter.step(f"looking at {check.name}", number, len(checks))
        try:
            findings += list(check.look(seen))
        except Exception as error:  # whatever it is, the training is worth more
            left_out.append(f"{check.name} was not looked at: it failed with {type(error).__name__}: {error}")
    reporter.finish()
    return Diagnosis(tuple(findings), tuple(left_out))
