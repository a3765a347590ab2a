"""In which files a data set differs from the one that a run was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edgewright_runtime.dataset.fingerprint import DataFile, name_in
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import read_splits
from edgewright_runtime.strict_json import read_object
from edgewright_runtime.suggestion import named


def changes_in(files: Sequence[DataFile], *, run: RunFolder, trained_on: Path) -> str:
    """What has come, gone or changed, to read on from the name of the data set.

    Args:
        files: those that are there now.
        run: the run; its splits.csv and metrics.json name the files that were there then.
        trained_on: the data set, as it was given then.
    """
    now = {file.name: file for file in files}
    try:
        then = {name_in(trained_on, row.path): row for row in read_splits(run.splits)}
    except EdgewrightError:
        return "is another one"
    known = then.keys() | {name_in(trained_on, path) for path in _left_out(run)}
    both = sorted(now.keys() & then.keys())
    parts = (
        _told("has {} new file{}", sorted(now.keys() - known)),
        _told("lacks {} file{}", sorted(then.keys() - now.keys())),
        _told("has {} file{} with another content", [name for name in both if now[name].sha256 != then[name].sha256]),
        _told("has {} file{} of another class", [name for name in both if now[name].label != then[name].label]),
    )
    found = " and ".join(part for part in parts if part)
    return found or "has other splits, or files that were left out then have changed"


def _told(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"{what.format(len(names), 's' if len(names) > 1 else '')} ({named(names)})"


def _left_out(run: RunFolder) -> list[str]:
    try:
        return [str(file["path"]) for file in read_object(run.metrics)["rejected"]]
    except (EdgewrightError, KeyError, TypeError):
        return []
