"""What else a class may be called: ImageNet's lists have an id and several names in one label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_WORDNET_ID = re.compile(r"(n\d{8})\b[\s,:_-]*")
_SPACES = re.compile(r"[\s_-]+")


def plain(text: str) -> str:
    """The text without what hands write differently: capitals, underscores and hyphens."""
    return _SPACES.sub(" ", text).strip().casefold()


def other_names(labels: Sequence[str]) -> dict[str, int]:
    """For each name, as `plain` has it, the place of the one label that it can mean.

    A label such as `n02494079 squirrel monkey, Saimiri sciureus` can be called by its WordNet id, by what comes after
    it, or by each of the names between commas. A name that two labels could mean is none.
    """
    meant: dict[str, set[int]] = {}
    for place, label in enumerate(labels):
        for name in _names_of(label):
            meant.setdefault(plain(name), set()).add(place)
    return {name: places.pop() for name, places in meant.items() if name and len(places) == 1}


def _names_of(label: str) -> Iterator[str]:
    yield label
    found = _WORDNET_ID.match(label)
    if found is not None:
        yield found[1]
    rest = label if found is None else label[found.end() :]
    yield rest
    yield from rest.split(",")
