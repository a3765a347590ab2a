"""A data set, read from a folder of classes or a CSV file, with every image decoded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import EdgewrightError
from ..run.labels import class_names, read_labels
from ..run.splits import SPLITS
from ..suggestion import named
from .classes import TooFewImagesError, check_all_used, in_classes, listing, note_of_other_names
from .contradictions import without_contradictions
from .inspection import OnProgress, inspect_files
from .listing.csv_file import TABLE_SUFFIXES, list_csv
from .listing.folder import list_folder
from .other_names import other_names, plain
from .types import Dataset, LabelledImage, ListedFile, Listing, RejectedFile, UnlabelledError
from .unlabelled import list_unlabelled

MINIMUM_PER_CLASS = 3
"""Distinct images of a class below which it cannot be in each of train, val and test."""

_MINIMUM_IN_ALL = len(SPLITS)
"""Distinct images of a data set, whatever its classes, below which some split has none."""


def read_dataset(
    source: Path,
    *,
    labels: Sequence[str] | None = None,
    labels_from: str = "the list of labels",
    every_class: bool = True,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """The images, labels and rejected files of a data set.

    Args:
        source: a folder with one folder of images per class, perhaps in folders train, val and test, or a CSV file with
            the columns `filepath,label` and perhaps `split`; see docs/reference/datasets.md.
        labels: of the classes, in their order. Where none are given, those of a labels.txt in the folder or beside the
            CSV file, and else the labels of the images, sorted.
        labels_from: where `labels` come from, for errors.
        every_class: whether every class needs images enough to be trained; else a note says which classes have none.
        on_progress: called with the number of files looked at and the number of files in all.

    Raises:
        EdgewrightError: nothing there to train on, or the data and its labels or splits disagree.
    """
    source = Path(source)
    listed = list_files(source)
    order, where = _label_order(source, listed, labels, labels_from)
    files = in_classes(listed.files, order, source=source, labels_from=where, beside=_labels_beside(listed))
    if every_class:
        check_all_used(files, order, source=source, labels_from=where, least=_least(files))
    inspected, unreadable = inspect_files(files, on_progress=on_progress)
    images, contradicting = without_contradictions(inspected)
    rejected = (*listed.rejected, *unreadable, *contradicting)
    notes = (*listed.notes, *note_of_other_names(listed.files, files, source=source))
    dataset = Dataset(tuple(images), order, rejected, notes)
    if every_class:
        _check_counts(source, dataset)
        return dataset
    _check_total(source, dataset)
    return replace(dataset, notes=(*dataset.notes, *_note_of_absent(source, dataset)))


def read_perhaps_unlabelled(source: Path, *, labels: Sequence[str], labels_from: str) -> Dataset:
    """The images of a data set for a model that is finished: any number of any of its classes, or without labels.

    They are taken without, and a note says why, where the data set has no classes or none of its labels is one of the
    model's. Then what comes back has the one label "", and so has each image.

    Args:
        source: as for `read_dataset`, or a folder or list of images without labels (see `list_unlabelled`).
        labels: of the model.
        labels_from: where they come from, for errors.

    Raises:
        EdgewrightError: there are too few images, or labels of which the model knows some only.
    """
    try:
        listed = list_files(source)
        check_some_known(source, listed, labels, labels_from)
    except UnlabelledError as error:
        return read_unlabelled(source, why=str(error))
    return read_dataset(source, labels=labels, labels_from=labels_from, every_class=False)


def check_some_known(source: Path, listed: Listing, labels: Sequence[str], labels_from: str) -> None:
    """Sees that some label is a class of the model, unlike folders such as 2023 and 2024; where some are, all must be.

    Raises:
        UnlabelledError: none is.
    """
    known, others = {*labels, *class_names(labels), *map(str, range(len(labels)))}, other_names(labels)
    if any(label in known or plain(label) in others for label in {file.label for file in listed.files}):
        return
    try:
        in_classes(listed.files, labels, source=source, labels_from=labels_from, beside=_labels_beside(listed))
    except EdgewrightError as error:
        raise UnlabelledError(str(error)) from error


def read_unlabelled(source: Path, *, why: str) -> Dataset:
    """The images without labels, with a note that says why; the data set has the one label "", and so has each image.

    Raises:
        EdgewrightError: there are fewer than three different ones.
    """
    listed = list_unlabelled(source)
    images, unreadable = inspect_files(listed.files)
    note = f"The photographs are taken without labels, so that only agreement can be told, not accuracy: {why}"
    dataset = Dataset(tuple(images), ("",), (*listed.rejected, *unreadable), (note,))
    _check_total(source, dataset)
    return dataset


def read_images(
    source: Path,
    *,
    labels: Sequence[str],
    labels_from: str = "the list of labels",
    on_progress: OnProgress | None = None,
) -> Dataset:
    """The images of a data set to compare models on: any number of any of the classes, of its test split if it has one.

    Args:
        source: as for `read_dataset`.
        labels: of every class of the models, in their order.
        labels_from: as for `read_dataset`.
        on_progress: as for `read_dataset`.

    Raises:
        EdgewrightError: no readable image, or one with a label that is not among these.
    """
    source = Path(source)
    listed = list_files(source)
    held_out, notes = _held_out(source, listed)
    files = in_classes(held_out, labels, source=source, labels_from=labels_from, beside=_labels_beside(listed))
    notes = (*notes, *note_of_other_names(held_out, files, source=source))
    inspected, unreadable = inspect_files(files, on_progress=on_progress)
    images, contradicting = without_contradictions(inspected)
    if not images:
        raise EdgewrightError(f"{source} holds no readable image, such as {unreadable[0].path}: {unreadable[0].reason}")
    return Dataset(tuple(images), tuple(labels), (*listed.rejected, *unreadable, *contradicting), notes)


def list_files(source: Path) -> Listing:
    """The files that a data set names, none of them opened yet, those that are left out at once, and notes.

    Raises:
        EdgewrightError: it is neither a folder of classes nor a CSV file, or holds no image.
    """
    if source.is_file() and source.suffix.lower() not in TABLE_SUFFIXES:
        raise UnlabelledError(
            f"{source} is neither a folder nor a .csv file; give a folder that holds one folder of images per class, "
            f"or a .csv file with the columns filepath,label"
        )
    listed = list_csv(source) if source.is_file() else list_folder(source)
    if not listed.files:
        raise EdgewrightError(f"{source} holds no image; put the images of each class in a folder named after it")
    return listed


def _labels_beside(listed: Listing) -> Path:
    return listed.root / "labels.txt"


def _held_out(source: Path, listed: Listing) -> tuple[tuple[ListedFile, ...], tuple[str, ...]]:
    """The files of the test split or, without one, of val; all where the data set gives no splits."""
    split = next((name for name in ("test", "val") if any(file.split == name for file in listed.files)), None)
    if split is None:
        return listed.files, listed.notes
    note = f"Only the {split} split of {source} is used: a model may have been trained on the rest."
    return tuple(file for file in listed.files if file.split == split), (*listed.notes, note)


def _label_order(
    source: Path, listed: Listing, given: Sequence[str] | None, given_from: str
) -> tuple[tuple[str, ...], str]:
    """The labels in class order, and where they come from."""
    if given is not None:
        return tuple(given), given_from
    beside = _labels_beside(listed)
    if beside.is_file():
        return read_labels(beside), str(beside)
    return tuple(sorted({file.label for file in listed.files})), str(source)


def _least(images: Sequence[ListedFile | LabelledImage]) -> int:
    """How many different images each class needs: where the data set gives the splits, one to train on."""
    return 1 if any(image.split for image in images) else MINIMUM_PER_CLASS


def _check_counts(source: Path, dataset: Dataset) -> None:
    names, example = dataset.class_names, _example_of(dataset.rejected)
    if len(names) < 2:
        raise EdgewrightError(
            f"{source} has the one class {names[0]!r}; a classifier needs at least two, each in a folder of its own"
        )
    contents = Counter(label for label, _ in {(image.label, image.sha256) for image in dataset.images})
    needed = _least(dataset.images)
    few = [name for name in names if contents[name] < needed]
    if few:
        shown = named(f"{name!r} ({contents[name]})" for name in few)
        raise TooFewImagesError(
            f"{source} has too few different readable images of {len(few)} of its {len(names)} classes: {shown}; each "
            f"needs at least {needed}, so that train, val and test all have one{example}"
        )


def _check_total(source: Path, dataset: Dataset) -> None:
    contents = {image.sha256 for image in dataset.images}
    if len(contents) < _MINIMUM_IN_ALL:
        raise TooFewImagesError(
            f"{source} has {len(contents)} different readable image(s); it needs at least {_MINIMUM_IN_ALL}, so that "
            f"train, val and test all have one{_example_of(dataset.rejected)}"
        )


def _note_of_absent(source: Path, dataset: Dataset) -> tuple[str, ...]:
    present = {image.label for image in dataset.images}
    absent = [name for name in dataset.class_names if name not in present]
    if not absent:
        return ()
    return (f"{source} has no image of {len(absent)} of the {len(dataset.labels)} classes: {listing(absent)}.",)


def _example_of(rejected: Sequence[RejectedFile]) -> str:
    return f"; {len(rejected)} were left out, such as {rejected[0].path}: {rejected[0].reason}" if rejected else ""
