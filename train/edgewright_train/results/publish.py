"""A finished training put in its run folder: first beside what is there, then in its place."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgewright_runtime.atomic import cannot_write, make_folder
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.manifest import add_artefacts, describe, versions_of
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import write_splits
from edgewright_runtime.strict_json import write_object

from ..csv_text import csv_text
from ..fitting import Epoch
from ..provenance import STAGE
from .calibration import Temperature
from .saved_model import export_saved_model
from .trained import Trained

_MADE_BY = ("edgewright", "tensorflow", "keras", "numpy", "pillow")

_STAGING = ".partial-train-"

_DISK_TROUBLES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES)


def publish(trained: Trained, out: Path, *, logs: Path | None = None) -> tuple[str, ...]:
    """Writes every file of the run folder, and returns what of other stages' was removed, by name.

    All are written to a temporary folder first and then renamed one by one, model.keras last: whoever finds a newer
    model.keras finds everything that belongs to it. What other stages made from an older model goes away.

    Args:
        trained: what is written.
        out: the run folder.
        logs: folder of TensorBoard's event files, of which the run folder gets a copy.

    Raises:
        EdgewrightError: the disk is full, or the like; then the old files are still there.
    """
    make_folder(out)
    with _staging(out) as staging:
        _write_all(trained, staging)
        if logs is not None and logs.is_dir():
            shutil.copytree(logs, staging.path / "logs")
        described = {
            path.relative_to(staging.path).as_posix(): describe(
                path, stage=STAGE, options=trained.options, versions=versions_of(_MADE_BY)
            )
            for path in sorted(staging.path.rglob("*"))
            if path.is_file()
        }
        removed = RunFolder(out).remove_derived()
        names = sorted(entry.name for entry in staging.path.iterdir() if entry.name != staging.model.name)
        for name in names:
            _move(staging.path / name, out / name)
        # From here on until the last line the old model.keras does not match the manifest, so nobody takes it for new.
        add_artefacts(out, described)
        _move(staging.model, out / staging.model.name)
    return removed


def remove_leftovers(out: Path) -> None:
    """Takes away what a training that was killed while it published has left in the run folder."""
    for folder in out.glob(f"{_STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _staging(out: Path) -> Iterator[RunFolder]:
    try:
        folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=out))
    except OSError as error:
        raise cannot_write(out, error) from error
    try:
        yield RunFolder(folder)
    except EdgewrightError:
        raise
    except Exception as error:
        number = _disk_trouble(error)
        if number is None:
            raise
        raise cannot_write(out, OSError(number, os.strerror(number))) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _disk_trouble(error: Exception) -> int | None:
    """The errno of a failed write; TensorFlow and HDF5 raise errors of their own that only have its text."""
    if isinstance(error, OSError) and error.errno in _DISK_TROUBLES:
        return error.errno
    return next((number for number in _DISK_TROUBLES if os.strerror(number) in str(error)), None)


def _write_all(trained: Trained, run: RunFolder) -> None:
    write_labels(run.labels, trained.labels)
    trained.contract.save(run.preprocessing)
    write_splits(run.splits, trained.rows)
    write_object(run.metrics, trained.metrics())
    run.history.write_text(csv_text(Epoch, trained.epochs), encoding="utf-8")
    for name, data in trained.files.items():
        path = run.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    export_saved_model(trained.model, run.saved_model)
    trained.model.save(run.model)
    if trained.temperature is not None:
        write_object(run.temperature, _temperature_file(trained.temperature, run.model))


def _temperature_file(temperature: Temperature, model: Path) -> dict[str, Any]:
    """The object in temperature.json: what the logits of that one model, in any format, are divided by."""
    return {
        "schema_version": 1,
        "temperature": temperature.value,
        "learned_on": {"split": "val", "images": temperature.n},
        "model_sha256": sha256_of_file(model),
        **({"note": temperature.note} if temperature.note else {}),
    }


def _move(source: Path, target: Path) -> None:
    if target.is_dir():
        # A folder cannot be renamed over a full one; the old one goes away with the staging folder.
        target.rename(source.with_name(f"{source.name}.old"))
    source.replace(target)
