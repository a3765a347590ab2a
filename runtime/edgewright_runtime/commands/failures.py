"""Formats that could not be measured: errors where they were asked for, notes where nobody named them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import EXIT_DONE, EdgewrightError, MissingDependencyError, OtherMachineError


def report_errors(failed: Sequence[tuple[str, EdgewrightError]], *, named: bool, done: int) -> int:
    """Prints why formats could not be measured, each reason once; the exit status that they deserve.

    A format whose package is not installed here, or that was made for another machine, is no error where all that run
    here were asked for: on a board lies often more than it can run.

    Args:
        failed: formats and their errors.
        named: whether the formats were named by the user.
        done: how many formats could be measured.
    """
    reasons: dict[str, tuple[EdgewrightError, list[str]]] = {}
    for name, error in failed:
        reasons.setdefault(str(error), (error, []))[1].append(name)
    status = EXIT_DONE
    for sentence, (error, names) in reasons.items():
        is_note = isinstance(error, (MissingDependencyError, OtherMachineError)) and not named and done > 0
        print(f"{'Note' if is_note else 'Error'}: {', '.join(names)}: {sentence}", file=sys.stderr)
        status = status if is_note else max(status, error.exit_status)
    return status
