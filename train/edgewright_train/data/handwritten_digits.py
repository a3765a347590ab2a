"""The handwritten digits that come with scikit-learn, as files."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from edgewright_runtime.atomic import cannot_write, make_folder
from edgewright_runtime.errors import EdgewrightError

_DARKEST = 16.0  # scikit-learn's pixels are counts from 0 to 16


def write_digits(out: Path) -> int:
    """The number of images written: 1797 grey PNG files of 8 x 8 pixels as `out/<0..9>/<NNNN>.png`, or 0.

    The folder of each class appears whole or not at all; those that are there already are left alone.

    Raises:
        EdgewrightError: the disk is full, or the like; or a class folder is there with other files in it.
    """
    digits = load_digits()
    grey = np.rint(digits.images * (255 / _DARKEST)).astype(np.uint8)
    make_folder(out)
    counts = Counter(digits.target.tolist())
    absent = [digit for digit in sorted(counts) if not _is_complete(out / str(digit), counts[digit])]
    for digit in absent:
        places = np.flatnonzero(digits.target == digit)
        _write_class(out / str(digit), {int(place): grey[place] for place in places})
    return sum(counts[digit] for digit in absent)


def _is_complete(folder: Path, count: int) -> bool:
    if not folder.exists():
        return False
    found = len(list(folder.glob("*.png")))
    if found != count:
        raise EdgewrightError(
            f"{folder} holds {found} PNG files where {count} were expected; remove it or choose another folder"
        )
    return True


def _write_class(folder: Path, images: dict[int, NDArray[np.uint8]]) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder.parent) as holder:
            staged = Path(holder) / folder.name
            staged.mkdir()
            for place, image in images.items():
                Image.fromarray(image).save(staged / f"{place:04}.png")
            staged.rename(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
