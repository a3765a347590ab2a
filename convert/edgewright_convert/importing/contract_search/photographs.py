"""The photographs that contracts are tried on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgewright_runtime.dataset import ListedFile, UnlabelledError, check_some_known, list_files, list_unlabelled
from edgewright_runtime.dataset.classes import in_classes
from edgewright_runtime.dataset.inspection import inspect_files
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.labels import class_names

from .trial import Photographs

AT_MOST = 400
LEAST = 10


def photographs_of(
    data: Path, labels: Sequence[str], *, labels_from: str, at_most: int = AT_MOST
) -> tuple[Photographs, tuple[str, ...]]:
    """Photographs drawn from the data, always the same of the same, and what to know of them, a sentence each.

    Where they are in no folders of these classes they are taken without labels, and a sentence says so.

    Raises:
        EdgewrightError: there are fewer than `LEAST` readable ones, or labels of which the model knows some only.
    """
    notes: tuple[str, ...] = ()
    try:
        listed = list_files(data)
        check_some_known(data, listed, labels, labels_from)
        beside = listed.root / "labels.txt"
        files = in_classes(listed.files, labels, source=data, labels_from=labels_from, beside=beside)
        labelled = True
    except UnlabelledError as error:
        files, labelled = list_unlabelled(data).files, False
        notes = (f"The photographs are taken without labels: {error}",)
    drawn = sorted(files, key=_draw_key)[:at_most]
    images, rejected = inspect_files(drawn)
    if len(images) < LEAST:
        left_out = f" ({rejected[0].path}: {rejected[0].reason})" if rejected else ""
        raise EdgewrightError(f"{data} has {len(images)} readable photographs{left_out}; at least {LEAST} are needed")
    index = {name: place for place, name in enumerate(class_names(labels))}
    truth = np.array([index[image.label] for image in images], np.int64) if labelled else None
    return Photographs(tuple(image.path for image in images), truth), notes


def _draw_key(file: ListedFile) -> str:
    path = Path(file.path)
    return hashlib.sha256(f"{path.parent.name}/{path.name}".encode(errors="surrogatepass")).hexdigest()
