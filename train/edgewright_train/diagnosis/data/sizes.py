"""Classes that the size of the file tells apart."""

from __future__ import annotations

from collections.abc import Iterator

from ...data.data_warnings import size_tells_label
from ..finding import WARNING, Finding
from .seen import DataSeen


def size_tells_class(seen: DataSeen) -> Iterator[Finding]:
    """Classes from different sources, by the size of their images."""
    told = size_tells_label(seen.dataset)
    if told is None:
        return
    yield Finding(
        "size_tells_class",
        WARNING,
        "The classes differ in image size, so a model may learn the source and not the subject.",
        f"The size of the file alone names the class of {told.by_size:.0%} of the images (always saying "
        f"{told.largest_class!r}: {told.by_largest:.0%}).",
        "Test it on photographs of one source; edgewright inspect ranks what else gives the class away.",
    )
