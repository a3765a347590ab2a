"""The labels that lie inside a .tflite file, packed behind the model as TFLite metadata has it."""

from __future__ import annotations

import zipfile
from pathlib import Path

_LARGEST = 16 * 1024 * 1024  # bytes; a list of labels is a few hundred kilobytes at most


def labels_inside(path: Path) -> tuple[str, ...] | None:
    """The labels, one per line of the packed text file; None where the file holds none.

    Of several texts the one whose name speaks of labels is taken, and of those the shortest name: translations carry
    their language in it.
    """
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as packed:
        texts = [each for each in packed.infolist() if each.filename.endswith(".txt") and each.file_size <= _LARGEST]
        named = [each for each in texts if "label" in each.filename.lower()]
        chosen = min(named or (texts if len(texts) == 1 else []), key=lambda each: len(each.filename), default=None)
        if chosen is None:
            return None
        try:
            lines = packed.read(chosen).decode("utf-8-sig").splitlines()
        except (UnicodeDecodeError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
            return None
    labels = tuple(line.strip() for line in lines)
    while labels and not labels[-1]:
        labels = labels[:-1]
    return labels or None
