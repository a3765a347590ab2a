"""Which columns of a CSV file hold the path, the label and the split, whatever they are called."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import EdgewrightError
from ...suggestion import named
from ..types import UnlabelledError

DELIMITERS = (",", ";", "\t", "|")

# In lower case, letters and digits only; the first of each is the documented one.
_PATH: tuple[str, ...] = (
    *(
        "filepath",
        "filepaths",
        "path",
        "paths",
        "imagepath",
        "imgpath",
        "image",
        "images",
        "img",
        "filename",
        "filenames",
    ),
    *("imagename", "imgname", "imagefile", "file", "files", "photo", "picture"),
)
_LABEL = (
    "label",
    "labels",
    "labelname",
    "class",
    "classname",
    "category",
    "categoryname",
    "target",
    "species",
    "breed",
)
_SPLIT = ("split", "set", "subset", "partition", "dataset", "datasplit")
_GROUP = ("group", "groups", "groupid")
# Taken where no column is called by one of the others.
_ELSE_PATH = ("imageid", "imgid", "id", "uuid", "name")
_ELSE_LABEL = ("classid", "labelid", "categoryid", "classindex", "y")

_SHOWN = 40
"""Letters of a column's name that a sentence shows."""


@dataclass(frozen=True)
class Columns:
    """A CSV file's columns by what they hold.

    Attributes:
        path: of the image, its file name or that without its ending.
        label: its class.
        split: the column whose name says so; None where there is none.
        group: the column of what images belong to; None where there is none.
    """

    path: str
    label: str
    split: str | None
    group: str | None = None

    @property
    def as_documented(self) -> bool:
        """Whether they are called `filepath`, `label`, `split` and `group`."""
        called = (self.path, self.label, self.split or _SPLIT[0], self.group or _GROUP[0])
        return called == (_PATH[0], _LABEL[0], _SPLIT[0], _GROUP[0])


def delimiter_of(text: str) -> str:
    """What parts the fields of the first line: a comma unless another one finds more of them."""
    return max(DELIMITERS, key=lambda delimiter: len(header_of(text, delimiter)))


def header_of(text: str, delimiter: str) -> list[str]:
    """The names in the first line, blanks around them taken away."""
    return [name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])]


def columns_of(source: Path, header: Sequence[str]) -> Columns:
    """The columns, by their names; of two columns, the one that is not the path is the label.

    Raises:
        EdgewrightError: there is none for the path or the label, or several may be meant.
    """
    path = path_column_of(source, header)
    others = [name for name in header if name and name != path]
    split = _pick(source, others, "the split", _SPLIT)
    others = [name for name in others if name != split]
    # A file of two columns has no room for groups: the one that is not the path is the label.
    group = _pick(source, others, "the group", _GROUP) if len(others) > 1 else None
    others = [name for name in others if name != group]
    label = _pick(source, others, "the label", _LABEL, _ELSE_LABEL)
    if label is None and len(others) != 1:
        lacking = _lacking(source, header, _LABEL[0])
        raise lacking if others else UnlabelledError(str(lacking))
    return Columns(path, label or others[0], split, group)


def path_column_of(source: Path, header: Sequence[str]) -> str:
    """The column of the images' paths, by its name; there need be no other.

    Raises:
        EdgewrightError: there is none, or several may be meant.
    """
    path = _pick(source, [name for name in header if name], "the path of the image", _PATH, _ELSE_PATH)
    if path is None:
        raise _lacking(source, header, _PATH[0])
    return path


def _pick(
    source: Path, header: Sequence[str], meaning: str, known: Sequence[str], otherwise: Sequence[str] = ()
) -> str | None:
    if header.count(known[0]) == 1:
        return known[0]
    found = [name for name in header if _bare(name) in known] or [name for name in header if _bare(name) in otherwise]
    if len(found) > 1:
        raise EdgewrightError(
            f"{source} has the columns {named(map(repr, found))}, and each may be {meaning}; call the one that is "
            f"{known[0]!r}"
        )
    return found[0] if found else None


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _short(name: str) -> str:
    """The name in quotes, cut where it is no name of a column but a line of something else."""
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")


def _lacking(source: Path, header: Sequence[str], name: str) -> EdgewrightError:
    return EdgewrightError(
        f"{source} has no column that can be taken for {name!r}; its first line must name filepath,label (and may name "
        f"split), or what is usual for them such as image,class, and names {named(map(_short, header))}"
    )
