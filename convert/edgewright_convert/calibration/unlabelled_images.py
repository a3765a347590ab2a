"""Images without labels to calibrate on, in place of the run's own training images."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgewright_runtime.dataset import ListedFile, RejectedFile, list_unlabelled
from edgewright_runtime.dataset.inspection import inspect_files
from edgewright_runtime.dataset.known_hashes import UNREADABLE, hashes_of
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow, locate, rows_of

from .limits import MINIMUM_SIZE, MOST_VALIDATION_IMAGES, check_size
from .stratified_draw import in_turns

SPLIT = "calibration"
"""What stands in place of a split where an image is of none."""


@dataclass(frozen=True)
class UnlabelledImages:
    """What was drawn from a folder or list of images.

    Attributes:
        source: the folder or list.
        rows: for the representative dataset; their label is empty.
        held_back: for validation; None where the run's own splits have images for that.
        different: how many different readable images there are to draw from, as far as was looked.
        left_out: what became of the others, one phrase each.
    """

    source: Path
    rows: tuple[SplitRow, ...]
    held_back: tuple[SplitRow, ...] | None
    different: int
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of where the images came from, one phrase each."""
        of = f" of the {self.different}" if len(self.rows) < self.different else ""
        drawn = f"the representative dataset is {len(self.rows)}{of} images of {self.source}"
        if self.held_back:
            drawn += f", and {len(self.held_back)} more are held back to compare files on"
        elif self.held_back is not None:
            drawn += "; none is left to compare files on, so that the correction is decided on these"
        return (drawn, *self.left_out)


def sha256_of_unlabelled(source: Path, run: RunFolder) -> str:
    """One hash over the contents of the images at `source`, whatever they are called: the draw goes by them alone.

    Raises:
        EdgewrightError: there are none.
    """
    contents = set(_hashes(list_unlabelled(source).files, run).values())
    return hashlib.sha256("".join(f"{sha256}\n" for sha256 in sorted(contents)).encode()).hexdigest()


def draw_unlabelled(
    source: Path, run: RunFolder, splits: Sequence[SplitRow], *, size: int, seed: int
) -> UnlabelledImages:
    """Images drawn from those at `source`, each content once.

    Test images of the run and files that are no readable image are left out. Where the run's splits have no image for
    validation, some are held back: a third at most, and none that the representative dataset needs to reach
    `MINIMUM_SIZE`.

    Args:
        source: a folder or a list, see `list_unlabelled`.
        run: the run folder, whose cache keeps the hashes.
        splits: the run's; may be none.
        size: images for the representative dataset; fewer where there are not as many.
        seed: of the draw.

    Raises:
        EdgewrightError: there are fewer than `MINIMUM_SIZE` different readable images that are no test images.
    """
    check_size(size)
    listed = list_unlabelled(source)
    hashes = _hashes(listed.files, run)
    unopened = [RejectedFile(path, "it cannot be opened") for path, sha256 in hashes.items() if sha256 == UNREADABLE]
    opened = [SplitRow(path, "", SPLIT, sha256) for path, sha256 in hashes.items() if sha256 != UNREADABLE]
    test = {row.sha256 for row in rows_of(splits, "test")}
    rows = [row for row in opened if row.sha256 not in test]
    hold_back = not _others(splits, run, {row.sha256 for row in rows})
    drawn = in_turns(rows, ("",), seed=seed)
    readable, unreadable = _readable(drawn, wanted=size + (MOST_VALIDATION_IMAGES if hold_back else 0))
    different = len(drawn) - len(unreadable)
    left_out = (
        *_note_of_test_images(source, len(opened) - len(rows)),
        *_note_of_rejected(source, (*listed.rejected, *unopened, *unreadable)),
    )
    if different < MINIMUM_SIZE:
        raise EdgewrightError(_too_few(source, different, left_out))
    spare = min(MOST_VALIDATION_IMAGES, different // 3, different - MINIMUM_SIZE) if hold_back else 0
    size = min(size, different - spare)
    held_back = readable[size : size + spare] if hold_back else None
    return UnlabelledImages(source, readable[:size], held_back, different, left_out)


def _others(splits: Sequence[SplitRow], run: RunFolder, drawn: Collection[str]) -> bool:
    """Whether the splits have a validation image beside those drawn: a copied run often lacks its photographs."""
    others = (row for split in ("val", "train") for row in rows_of(splits, split) if row.sha256 not in drawn)
    return any(_is_at_hand(row, run) for row in others)


def _is_at_hand(row: SplitRow, run: RunFolder) -> bool:
    try:
        locate(row.path, run.path)
    except EdgewrightError:
        return False
    return True


def _hashes(files: Sequence[ListedFile], run: RunFolder) -> dict[str, str]:
    return hashes_of([file.path for file in files], kept_in=run.path / "cache" / "calibration-hashes.json")


def _readable(drawn: Sequence[SplitRow], *, wanted: int) -> tuple[tuple[SplitRow, ...], list[RejectedFile]]:
    """The first rows, as many as wanted, that are images, and those before them that are none."""
    found: list[SplitRow] = []
    unreadable: list[RejectedFile] = []
    place = 0
    # Not all at once: of a folder with many thousands of photographs a few hundred are decoded.
    while len(found) < wanted and place < len(drawn):
        some = drawn[place : place + wanted - len(found)]
        images, rejected = inspect_files([ListedFile(row.path, row.label, row.split) for row in some])
        found += [SplitRow(image.path, image.label, SPLIT, image.sha256) for image in images]
        unreadable += rejected
        place += len(some)
    return tuple(found), unreadable


def _note_of_test_images(source: Path, count: int) -> tuple[str, ...]:
    return (f"{count} image(s) of {source} left out, which are test images of the run",) if count else ()


def _note_of_rejected(source: Path, rejected: Sequence[RejectedFile]) -> tuple[str, ...]:
    if not rejected:
        return ()
    first = rejected[0]
    return (f"{len(rejected)} file(s) of {source} left out, such as {first.path}: {first.reason}",)


def _too_few(source: Path, different: int, left_out: Sequence[str]) -> str:
    why = f" ({'; '.join(left_out)})" if left_out else ""
    return (
        f"{source} has {different} different readable image(s) to calibrate on{why}; INT8 needs at least "
        f"{MINIMUM_SIZE}, so add images to it"
    )
