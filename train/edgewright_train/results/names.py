"""Class names as people can read them: long ones shortened, those written from the right kept apart from the rest."""

from __future__ import annotations

import unicodedata

LONGEST = 48
"""Characters of a name in a sentence or a table."""

_ISOLATE, _END = "\u2068", "\u2069"  # Unicode's FIRST STRONG ISOLATE: what stands between has a direction of its own


def shortened(name: str, longest: int = LONGEST) -> str:
    """The name, its middle left out where it is long: what tells classes apart is as often the end as the beginning."""
    if len(name) <= longest:
        return name
    tail = longest // 3
    return f"{name[: longest - tail - 1]}…{name[-tail:]}"


def readable(name: str) -> str:
    """The name for a sentence or a table: shortened, and so that a figure behind an Arabic name stays behind it."""
    from_the_right = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in name)
    return f"{_ISOLATE}{shortened(name)}{_END}" if from_the_right else shortened(name)
