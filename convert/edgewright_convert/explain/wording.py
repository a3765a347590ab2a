"""Shares and counts as people read them."""

from __future__ import annotations


def percent(share: float) -> str:
    """The share, 0 to 1, in per cent; only a whole is called 100.0%."""
    text = f"{share:.1%}"
    return "more than 99.9%" if text == "100.0%" and share < 1 else text


def counted(number: int, one: str, many: str = "") -> str:
    """`1 image`, `2 images`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
