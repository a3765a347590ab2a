"""Files that are no images any more."""

from __future__ import annotations

from collections.abc import Iterator

from edgewright_runtime.suggestion import named

from ..finding import WARNING, Finding
from .copies import contents_of_rejected
from .seen import DataSeen


def unreadable_files(seen: DataSeen) -> Iterator[Finding]:
    """Files of the classes that cannot be read; copies that were left out are another fault."""
    listed = {file.path for file in seen.listed}
    copies = {path for path, _ in contents_of_rejected(seen)}
    found = [file for file in seen.dataset.rejected if file.path in listed and file.path not in copies]
    if not found:
        return
    total = len(seen.listed)
    yield Finding(
        "unreadable_files",
        WARNING,
        f"{len(found)} of {total} files cannot be read as images and were left out.",
        f"{named(file.path for file in found)}; the first: {found[0].reason}.",
        "Copy or export them again, or delete them; look at the disk or the download if there are many.",
    )
