"""What people call the splits."""

from __future__ import annotations

from ...run.splits import SPLITS

_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


def split_named(text: str) -> str | None:
    """The split `train`, `val` or `test` that a word means, in whatever case; None for any other word."""
    return _NAMES.get(text.strip().lower())


def in_words(splits: set[str]) -> str:
    """The splits in their order, joined by `and`."""
    return " and ".join(split for split in SPLITS if split in splits)
