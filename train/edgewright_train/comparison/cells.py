"""How the figures of a training are written in a table; a dash where there is none."""

from __future__ import annotations


def share(value: float | None) -> str:
    """A share of 1 in percent."""
    return "-" if value is None else f"{value:.1%}"


def megabytes(value: int | None) -> str:
    """A size in bytes in MB."""
    return "-" if value is None else f"{value / 1e6:.2f}"


def milliseconds(value: float | None) -> str:
    """A latency in milliseconds."""
    return "-" if value is None else f"{value:.2f}"
