"""What follows from a verdict in `evaluate` and `gate`: what may ship, the exit status, and what is said."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import EXIT_CHECK_FAILED, EXIT_DONE
from .gate import Decision

POLICY = (
    "Status 0 on pass; 1 on fail; on inconclusive (too few images to tell) 0 with a loud line, or 1 where what was "
    "measured is already beyond a limit. --strict makes every inconclusive 1."
)
"""As `--help` and README have it."""


def must_not_ship(decision: Decision, *, strict: bool) -> bool:
    """Whether the candidate failed, or is inconclusive and already beyond a limit; `strict` asks for a pass."""
    return decision.verdict == "fail" or (decision.verdict == "inconclusive" and (strict or decision.beyond))


def exit_status_of(decisions: Iterable[Decision], *, strict: bool) -> int:
    """1 if one of the candidates must not ship, else 0."""
    return EXIT_CHECK_FAILED if any(must_not_ship(each, strict=strict) for each in decisions) else EXIT_DONE


def loud_line(name: str, decision: Decision) -> str | None:
    """What is said of a candidate that did not pass, and why; None where it passed."""
    if decision.verdict == "pass":
        return None
    already = ", MUST NOT SHIP" if decision.verdict == "inconclusive" and decision.beyond else ""
    return f"{decision.verdict.upper()}{already}: {name}: {decision.why}"
