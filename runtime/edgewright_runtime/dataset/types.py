"""What a data set is, once every file in it has been looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ListedFile:
    """A file that the data set names, not yet opened.

    Attributes:
        path: opens from the working folder, or is absolute.
        label: its class.
        split: `train`, `val` or `test` where the data set says so.
    """

    path: str
    label: str
    split: str | None = None


@dataclass(frozen=True)
class LabelledImage:
    """An image that was decoded without complaint.

    Attributes:
        path: opens from the working folder, or is absolute.
        label: its class.
        sha256: of the file's content, 64 hex digits.
        split: `train`, `val` or `test` where the data set says so.
        width_px: columns as stored in the file.
        height_px: rows as stored in the file.
    """

    path: str
    label: str
    sha256: str
    split: str | None = None
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True)
class RejectedFile:
    """A file or folder that was left out, and why: a reason that reads on from `path: `."""

    path: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Images with their labels.

    Attributes:
        images: in the order of their paths.
        labels: the class names; the place in this tuple is the class index.
        rejected: what was left out.
    """

    images: tuple[LabelledImage, ...]
    labels: tuple[str, ...]
    rejected: tuple[RejectedFile, ...] = ()

    def count(self, label: str) -> int:
        """The number of images of that class."""
        return sum(image.label == label for image in self.images)
