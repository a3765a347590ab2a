"""What a data set is, once every file in it has been looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..errors import EdgewrightError
from ..run.labels import class_names


class UnlabelledError(EdgewrightError):
    """Images are there, or may be, but nothing says what their labels are."""


@dataclass(frozen=True)
class ListedFile:
    """A file that the data set names, not yet opened.

    Attributes:
        path: opens from the working folder, or is absolute.
        label: its class, as the data set says it.
        split: `train`, `val` or `test` where the data set says so.
        group: what the data set says that it belongs to, such as the plant that it shows; else empty.
    """

    path: str
    label: str
    split: str | None = None
    group: str = ""

    @property
    def is_utf8(self) -> bool:
        """Whether its path can be written to splits.csv, which is UTF-8."""
        try:
            self.path.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return True


@dataclass(frozen=True)
class LabelledImage:
    """An image that was decoded without complaint.

    Attributes:
        path: opens from the working folder, or is absolute.
        label: its class, by the class name.
        sha256: of the file's content, 64 hex digits.
        split: `train`, `val` or `test` where the data set says so.
        width_px: columns as stored in the file.
        height_px: rows as stored in the file.
        look: what it looks like, as `looks.look_of` makes it; empty where it is not known or the image is too small.
        group: what the data set says that it belongs to; else empty.
    """

    path: str
    label: str
    sha256: str
    split: str | None = None
    width_px: int = 0
    height_px: int = 0
    look: bytes = field(default=b"", repr=False)
    group: str = ""


@dataclass(frozen=True)
class RejectedFile:
    """A file or folder that was left out, and why: a reason that reads on from `path: `."""

    path: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """What a data set names, before any image is opened.

    Attributes:
        files: sorted by path.
        rejected: what was left out.
        root: the folder that its own labels.txt would lie in.
        notes: one sentence for each thing that was taken for something without being told.
    """

    files: tuple[ListedFile, ...]
    rejected: tuple[RejectedFile, ...]
    root: Path
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Images with their labels.

    Attributes:
        images: in the order of their paths.
        labels: of the classes; the place in this tuple is the class index. Two classes may have one label.
        rejected: what was left out.
        notes: one sentence for each thing about the data set that was taken for something without being told.
    """

    images: tuple[LabelledImage, ...]
    labels: tuple[str, ...]
    rejected: tuple[RejectedFile, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """By class index, no two alike: the labels, with the index where a label repeats."""
        return class_names(self.labels)

    def count(self, name: str) -> int:
        """The number of images of the class of that name."""
        return sum(image.label == name for image in self.images)
