"""Whether an interrupted training may be gone on with: only by one that is made from the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from .differences import flat

_WITHOUT_VALUES = {
    "data": "the data set has other files, labels or splits",
    "labels": "the labels are others, or in another order",
    "weights.sha256": "the weights have another content",
    "teacher.sha256": "the teacher is another one, or only one of the two has one",
}
"""What is told of fields whose values would tell nothing."""


def check_same(now: Mapping[str, Any], then: Mapping[str, Any], *, out: Path) -> None:
    """Refuses to go on with a training in `out` that was made from something else.

    Args:
        now: `Provenance.checked` of what is asked for.
        then: the same of what the interrupted training was made from.
        out: the run folder, for the message.

    Raises:
        EdgewrightError: naming the differences, five at most.
    """
    found = unlike(now, then)
    if found:
        raise EdgewrightError(
            f"The interrupted training in {out} was made from something else ({named(found)}); give what it was "
            f"made from, or leave --resume out to train anew in its place"
        )


def unlike(now: Mapping[str, Any], then: Mapping[str, Any], *, where: str = "there") -> tuple[str, ...]:
    """One part of a sentence per difference of two trainings; none where both are made from the same.

    Args:
        now: `Provenance.checked` of what is asked for.
        then: the same of the other one.
        where: the other one is.
    """
    flat_now, flat_then = flat(now), flat(then)
    names = sorted(name for name in flat_now.keys() | flat_then.keys() if flat_now.get(name) != flat_then.get(name))
    return tuple(
        _WITHOUT_VALUES.get(name, f"{name}: {flat_now.get(name)} given, {flat_then.get(name)} {where}")
        for name in names
    )
