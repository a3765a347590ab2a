"""Which contents of a data set belong together: those of one group of the user's, and near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .looks import alike_pairs
from .types import LabelledImage


def groups_of(images: Sequence[LabelledImage]) -> dict[str, str]:
    """By content, the name of what it belongs to: the least SHA-256 among contents that must stay on one side.

    Contents belong together that the data set gives one `group`, or that look all but the same. One that belongs to no
    other has its own SHA-256 as the name. Where the data set groups its images, looks are not compared: whoever knows
    which photographs show one leaf knows better.
    """
    firsts = {image.sha256: image for image in reversed(images)}
    contents = sorted(firsts)
    if any(image.group for image in images):
        together: Iterable[tuple[str, str]] = _of_one_group(images)
    else:
        pairs = alike_pairs([firsts[content].look for content in contents])
        together = ((contents[one], contents[other]) for one, other in pairs)
    return joined(contents, together)


def joined(contents: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By content, the least of all contents that it is joined with by pairs, directly or through others."""
    leader = {content: content for content in contents}
    for one, other in pairs:
        low, high = sorted((_led(leader, one), _led(leader, other)))
        leader[high] = low
    return {content: _led(leader, content) for content in leader}


def members(groups: Mapping[str, str], contents: Iterable[str]) -> dict[str, list[str]]:
    """By group, those of the contents that are in it."""
    found: dict[str, list[str]] = {}
    for content in contents:
        found.setdefault(groups.get(content, content), []).append(content)
    return found


def _of_one_group(images: Sequence[LabelledImage]) -> Iterable[tuple[str, str]]:
    first: dict[str, str] = {}
    for image in images:
        if image.group:
            yield first.setdefault(image.group, image.sha256), image.sha256


def _led(leader: dict[str, str], content: str) -> str:
    while leader[content] != content:
        leader[content] = leader[leader[content]]
        content = leader[content]
    return content
