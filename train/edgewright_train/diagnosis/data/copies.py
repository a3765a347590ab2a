"""One image in two splits or under two labels: as an exact copy, or saved again in another size or quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from edgewright_runtime.dataset import RejectedFile
from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.suggestion import named

from ..finding import WARNING, Finding
from .seen import SIDE, DataSeen


@dataclass(frozen=True)
class Copy:
    """Two files that show one image.

    Attributes:
        paths: of both.
        exact: whether their bytes are the same.
        labels: of both.
        splits: of both; None where a file is in none.
    """

    paths: tuple[str, str]
    exact: bool
    labels: tuple[str, str]
    splits: tuple[str | None, str | None]


def copies_across_splits(seen: DataSeen) -> Iterator[Finding]:
    """Images that the training sees and that judge it as well."""
    found = [copy for copy in _copies(seen) if None not in copy.splits and len(set(copy.splits)) == 2]
    if not found:
        return
    held_back = sum(seen.split_sizes[split] for split in ("val", "test"))
    leaked = len(
        {path for copy in found for path, split in zip(copy.paths, copy.splits, strict=True) if split != "train"}
    )
    yield Finding(
        "duplicates_across_splits",
        WARNING,
        "Images are in two splits at once, so that the training is judged on what it has seen.",
        f"{_counted(found)}, with {leaked} of the {held_back} images to validate and test among them: {_pairs(found)}.",
        "Delete one of each pair, or give a CSV file whose column split keeps both in one split.",
    )


def copies_across_classes(seen: DataSeen) -> Iterator[Finding]:
    """Images that have two labels."""
    found = [copy for copy in _copies(seen) if len(set(copy.labels)) == 2]
    if not found:
        return
    yield Finding(
        "duplicates_across_classes",
        WARNING,
        "Images lie under two labels, one of which must be wrong.",
        f"{_counted(found)}: {_pairs(found)}.",
        "Keep each image in the one class that it belongs to.",
    )


def contents_of_rejected(seen: DataSeen) -> tuple[tuple[str, str], ...]:
    """Path and SHA-256 of the files that were left out although their content is that of another image."""
    return _contents_of_rejected(seen.dataset.rejected, frozenset(image.sha256 for image in seen.dataset.images))


@lru_cache(maxsize=4)
def _contents_of_rejected(rejected: tuple[RejectedFile, ...], kept: frozenset[str]) -> tuple[tuple[str, str], ...]:
    hashed = [(each.path, sha256_of_file(Path(each.path))) for each in rejected if Path(each.path).is_file()]
    often = [sha256 for _, sha256 in hashed]
    # Damaged files may be alike, too: empty ones are.
    return tuple(
        (path, sha256) for path, sha256 in hashed if sha256 in kept or (often.count(sha256) > 1 and _is_image(path))
    )


def _is_image(path: str) -> bool:
    try:
        Preprocessing(SIDE, SIDE).apply(path)
    except ImageReadError:
        return False
    return True


def _copies(seen: DataSeen) -> list[Copy]:
    return [*_exact(seen), *_similar(seen)]


def _exact(seen: DataSeen) -> Iterator[Copy]:
    """Pairs of a file that was left out and the first other one of its content."""
    rejected = contents_of_rejected(seen)
    if not rejected:
        return
    listed = {file.path: file for file in seen.listed}
    known = {image.sha256: image.path for image in seen.dataset.images}
    for path, sha256 in rejected:
        other = known.setdefault(sha256, path)
        if other == path or path not in listed or other not in listed:
            continue
        both = (listed[path], listed[other])
        yield Copy(
            (path, other),
            True,
            (both[0].label, both[1].label),
            (both[0].split, both[1].split),
        )


def _similar(seen: DataSeen) -> Iterator[Copy]:
    """Pairs whose thumbnails are all but the same and that differ in class or split."""
    rows = seen.looked_at
    for one, two in seen.similar:
        first, second = rows[one], rows[two]
        if first.label != second.label or first.split != second.split:
            same = first.sha256 == second.sha256
            yield Copy((first.path, second.path), same, (first.label, second.label), (first.split, second.split))


def _counted(found: Sequence[Copy]) -> str:
    exact = sum(copy.exact for copy in found)
    return f"{len(found)} pair(s), {exact} of them with the same bytes"


def _pairs(found: Sequence[Copy]) -> str:
    return named(f"{copy.paths[0]} = {copy.paths[1]}" for copy in found)
