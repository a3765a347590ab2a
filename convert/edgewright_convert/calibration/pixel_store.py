"""Pixels that stay in the run folder between conversions, where the user asks for it.

Reading 200 ordinary images takes less than a second, so nothing is stored unasked; large photographs and slow disks are
another matter, and with stored pixels the photographs need not be at hand at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from edgewright_runtime import atomic
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.manifest import add_artefacts, describe, read_manifest, verify, versions_of
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow

STAGE = "convert"
_MAKERS = ("edgewright", "numpy", "pillow")  # another version of these may decode or resize otherwise


@dataclass(frozen=True)
class ReadPixels:
    """Pixels, and how they were come by.

    Attributes:
        pixels: uint8, shape (n, height, width, channels), raw values 0..255.
        notes: what the user should know of it, one phrase each.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def read_pixels(
    rows: Sequence[SplitRow], contract: Preprocessing, run: RunFolder, *, name: str, what: str, store: bool
) -> ReadPixels:
    """The rows' pixels as the model takes them.

    Args:
        rows: the images; may be none.
        contract: by which they become pixels.
        run: the run folder.
        name: of the file that stores them: `cache/<name>-<key>.npy`.
        what: the images in words, for notes and the progress bar.
        store: take them from that file if it is there, and leave it there if it is not. A file that is damaged, or that
            the manifest does not know with the same key, is not used but replaced, and a note says so.

    Raises:
        EdgewrightError: an image is missing, unreadable, or no longer the one that splits.csv describes; the file
            cannot be written.
    """
    if not rows:
        shape = (0, contract.height, contract.width, contract.channels)
        return ReadPixels(np.zeros(shape, np.uint8))
    if not store:
        return ReadPixels(_from_images(rows, contract, run, what))
    key = pixels_key(rows, contract)
    path = run.path / "cache" / f"{name}-{key[:16]}.npy"
    relative = path.relative_to(run.path).as_posix()
    unusable = _why_unusable(run, path, key) if path.exists() else None
    if path.exists() and unusable is None:
        return ReadPixels(np.load(path, allow_pickle=False), (f"{what} taken from {relative}",))
    pixels = _from_images(rows, contract, run, what)
    _write(run, path, pixels, key)
    why = f", made anew because what was there {unusable}" if unusable else ""
    return ReadPixels(pixels, (f"{what} stored in {relative} ({pixels.nbytes / 1e6:.1f} MB{why})",))


def pixels_key(rows: Sequence[SplitRow], contract: Preprocessing) -> str:
    """What pixels depend on, as 64 hex digits: the images' contents in order, the contract, and who decodes."""
    basis = [[row.sha256 for row in rows], contract.to_dict(), versions_of(_MAKERS)]
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()


def _from_images(rows: Sequence[SplitRow], contract: Preprocessing, run: RunFolder, what: str) -> NDArray[np.uint8]:
    with cached_pixels(rows, contract, run_path=run.path, description=f"Reading the {what}") as pixels:
        return np.array(pixels)


def _why_unusable(run: RunFolder, path: Path, key: str) -> str | None:
    entry = read_manifest(run.path).artefacts.get(path.relative_to(run.path).as_posix())
    if entry is None or entry.options.get("key") != key:
        return "was not made for this run"
    try:
        verify(path)
    except CheckFailedError:
        return "was changed or damaged"
    return None


def _write(run: RunFolder, path: Path, pixels: NDArray[np.uint8], key: str) -> None:
    with atomic.atomic_path(path) as temporary, temporary.open("wb") as file:
        # np.save would lose the reason (a full disk) on its way through C.
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(pixels))
        file.write(pixels.data)
    entry = describe(path, stage=STAGE, options={"key": key, "images": len(pixels)}, versions=versions_of(_MAKERS))
    add_artefacts(run.path, {path.relative_to(run.path).as_posix(): entry})
