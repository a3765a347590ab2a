"""A data set, read from a folder of classes or a CSV file, with every image decoded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..errors import EdgewrightError
from ..run.labels import read_labels
from .contradictions import without_contradictions
from .csv_file import list_csv
from .folder import list_folder
from .inspection import OnProgress, inspect_files
from .types import Dataset, LabelledImage, ListedFile, RejectedFile

_NAMED_LABELS = 10

MINIMUM_PER_CLASS = 3
"""Distinct images of a class below which it cannot be in each of train, val and test."""


def read_dataset(
    source: Path,
    *,
    labels: Sequence[str] | None = None,
    labels_from: str = "the list of labels",
    on_progress: OnProgress | None = None,
) -> Dataset:
    """The images, labels and rejected files of a data set.

    Args:
        source: a folder with one folder of images per class, or a CSV file with the columns `filepath,label` and
            perhaps `split`.
        labels: the classes in their order. Where none are given, those of a labels.txt in the folder or beside the CSV
            file, and else the class names sorted.
        labels_from: where `labels` come from, for errors.
        on_progress: called with the number of files looked at and the number of files in all.

    Raises:
        EdgewrightError: nothing there to train on, or the data and its labels or splits disagree.
    """
    source = Path(source)
    listed, left_out = list_files(source)
    order = _label_order(source, listed, labels, labels_from)
    inspected, unreadable = inspect_files(listed, on_progress=on_progress)
    images, contradicting = without_contradictions(inspected)
    rejected = (*left_out, *unreadable, *contradicting)
    _check_counts(source, images, order, rejected)
    return Dataset(tuple(images), order, rejected)


def read_images(source: Path, *, labels: Sequence[str], on_progress: OnProgress | None = None) -> Dataset:
    """The images of a data set to judge models by: any number of any of the classes.

    Args:
        source: as for `read_dataset`.
        labels: every class of the models, in their order.
        on_progress: as for `read_dataset`.

    Raises:
        EdgewrightError: no readable image, or one with a label that is not among these.
    """
    source = Path(source)
    listed, left_out = list_files(source)
    unknown = sorted({file.label for file in listed} - set(labels))
    if unknown:
        raise EdgewrightError(
            f"{source} has images labelled {', '.join(map(repr, unknown))}, which the models do not know; their labels "
            f"are {', '.join(labels)}"
        )
    inspected, unreadable = inspect_files(listed, on_progress=on_progress)
    images, contradicting = without_contradictions(inspected)
    if not images:
        raise EdgewrightError(f"{source} holds no readable image, such as {unreadable[0].path}: {unreadable[0].reason}")
    return Dataset(tuple(images), tuple(labels), (*left_out, *unreadable, *contradicting))


def list_files(source: Path) -> tuple[tuple[ListedFile, ...], tuple[RejectedFile, ...]]:
    """The files that a data set names, none of them opened yet, and those that are left out at once.

    Raises:
        EdgewrightError: it is neither a folder of classes nor a CSV file, or holds no image.
    """
    if source.is_file() and source.suffix.lower() != ".csv":
        raise EdgewrightError(
            f"{source} is neither a folder nor a .csv file; give a folder that holds one folder of images per class, "
            f"or a .csv file with the columns filepath,label"
        )
    listed, rejected = list_csv(source) if source.is_file() else list_folder(source)
    if not listed:
        raise EdgewrightError(f"{source} holds no image; put the images of each class in a folder named after it")
    return listed, rejected


def _label_order(
    source: Path, listed: Sequence[ListedFile], given: Sequence[str] | None, given_from: str
) -> tuple[str, ...]:
    beside = (source if source.is_dir() else source.parent) / "labels.txt"
    used = sorted({file.label for file in listed})
    if given is not None:
        order, where = tuple(given), given_from
    elif beside.is_file():
        order, where = read_labels(beside), str(beside)
    else:
        return tuple(used)
    unknown = [label for label in used if label not in order]
    if unknown:
        raise EdgewrightError(
            f"{source} has images labelled {_listing(unknown)}, which {where} does not name; it names {_listing(order)}"
        )
    absent = [label for label in order if label not in used]
    if absent:
        raise EdgewrightError(
            f"{source} has no image labelled {_listing(absent)}, which {where} names; add images of it or take it out "
            f"of the labels"
        )
    return order


def _listing(labels: Sequence[str]) -> str:
    shown = ", ".join(map(repr, labels[:_NAMED_LABELS]))
    return shown if len(labels) <= _NAMED_LABELS else f"{shown} and {len(labels) - _NAMED_LABELS} more"


def _check_counts(
    source: Path, images: Sequence[LabelledImage], order: Sequence[str], rejected: Sequence[RejectedFile]
) -> None:
    example = f"; {len(rejected)} were left out, such as {rejected[0].path}: {rejected[0].reason}" if rejected else ""
    if len(order) < 2:
        raise EdgewrightError(
            f"{source} has the one class {order[0]!r}; a classifier needs at least two, each in a folder of its own"
        )
    contents = Counter(label for label, _ in {(image.label, image.sha256) for image in images})
    already_split = any(image.split for image in images)
    needed = 1 if already_split else MINIMUM_PER_CLASS
    few = [f"{label!r} ({contents[label]})" for label in order if contents[label] < needed]
    if few:
        raise EdgewrightError(
            f"{source} has too few different readable images of the class(es) {', '.join(few)}: each needs at least "
            f"{needed}, so that train, val and test all have one{example}"
        )
