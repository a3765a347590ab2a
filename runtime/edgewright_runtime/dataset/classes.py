"""Which class each file of a data set belongs to, by what the data set calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import EdgewrightError
from ..run.labels import class_names, read_labels
from ..suggestion import named
from .other_names import other_names, plain
from .types import ListedFile


class TooFewImagesError(EdgewrightError):
    """Some class has no image, or not enough of them."""


def in_classes(
    files: Sequence[ListedFile], labels: Sequence[str], *, source: Path, labels_from: str, beside: Path
) -> tuple[ListedFile, ...]:
    """The files with their label replaced by the name of its class.

    A data set calls a class by its label or, where the labels repeat, by its class name such as `crane [134]` or by its
    class index; or by a name that can mean no other (see `other_names`).

    Args:
        files: of the data set.
        labels: of all classes, in their order.
        source: the data set, for errors.
        labels_from: where `labels` stand, for errors.
        beside: the data set's own labels.txt, which need not be there; for errors.

    Raises:
        EdgewrightError: a file has a label that is no class's, or one that several classes share.
    """
    names = class_names(labels)
    counts = Counter(labels)
    known = {str(index): name for index, name in enumerate(names)} if len(counts) < len(labels) else {}
    known |= {name: name for name in names}
    used = sorted({file.label for file in files})
    if not known.keys() >= set(used):
        others = other_names(labels)
        known |= {label: names[others[plain(label)]] for label in used if label not in known and plain(label) in others}
    shared = [label for label in used if counts[label] > 1]
    if shared:
        raise EdgewrightError(_shared(shared[0], labels, names, source=source, labels_from=labels_from))
    unknown = [label for label in used if label not in known]
    if unknown:
        raise EdgewrightError(
            f"{source} has images labelled {listing(unknown)}, which {labels_from} does not name; it names "
            f"{listing(labels)}{_way_out(beside, unknown, labels_from)}"
        )
    return tuple(replace(file, label=known[file.label]) for file in files)


def note_of_other_names(before: Sequence[ListedFile], after: Sequence[ListedFile], *, source: Path) -> tuple[str, ...]:
    """A sentence where the data set calls classes otherwise than their labels; none where it does not.

    Args:
        before: files as the data set labels them.
        after: the same as `in_classes` gives them.
        source: the data set.
    """
    taken = {old.label: new.label for old, new in zip(before, after, strict=True) if old.label != new.label}
    called = sorted(label for label, name in taken.items() if not label.isdecimal())
    if not called:
        return ()
    shown = named(f"{label!r} for {taken[label]!r}" for label in called)
    return (f"What {source} calls classes is taken for {len(called)} of the labels: {shown}.",)


def check_all_used(
    files: Sequence[ListedFile], labels: Sequence[str], *, source: Path, labels_from: str, least: int
) -> None:
    """Sees that every class has a file; `files` are labelled by class names.

    Raises:
        TooFewImagesError: naming the classes without one, and how many different images each needs.
    """
    used = {file.label for file in files}
    absent = [name for name in class_names(labels) if name not in used]
    if absent:
        raise TooFewImagesError(
            f"{source} has no image labelled {listing(absent)}, which {labels_from} names; each of its "
            f"{len(labels)} classes needs at least {least} different image(s)"
        )


def listing(labels: Sequence[str]) -> str:
    """The labels in quotes; of more than five, the first five and how many follow."""
    return named(map(repr, labels))


def _shared(label: str, labels: Sequence[str], names: Sequence[str], *, source: Path, labels_from: str) -> str:
    indices = [index for index, other in enumerate(labels) if other == label]
    return (
        f"{source} has images labelled {label!r}, and {labels_from} gives that label to {len(indices)} classes "
        f"({named(map(str, indices))}, counted from 0); label them {names[indices[0]]!r} or, by the class index, "
        f"{str(indices[0])!r}"
    )


def _way_out(beside: Path, unknown: Sequence[str], labels_from: str) -> str:
    if not beside.is_file() or str(beside) == labels_from:
        return ""
    named = set(read_labels(beside))
    return f"; {beside} names them all, so give that if its order is the model's" if named.issuperset(unknown) else ""
