"""What an import was made from, kept in the manifest: where it is the same now, nothing need be done."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgewright_runtime.dataset import Dataset
from edgewright_runtime.dataset.fingerprint import digest, files_now
from edgewright_runtime.dataset.fingerprint import files_of as files_of_dataset
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import files_of, sha256_of_bytes, sha256_of_file
from edgewright_runtime.run.manifest import read_manifest

from .declared import Declared

STAGE = "import"
_FILES = ("labels", "data")
"""Of what is declared: their content counts, and not where they lie."""


def said_in(declared: Declared) -> dict[str, Any]:
    """What was declared but for files, by name; None of what was left open."""
    return {name: value for name, value in asdict(declared).items() if name not in _FILES}


def origin_of_finished(source: Path, declared: Declared, data_sha256: str | None) -> dict[str, Any]:
    """What a finished file's import depends on."""
    labels = None if declared.labels is None else sha256_of_file(declared.labels)
    return {
        **_of_model(source),
        "declared": {"labels_sha256": labels, **said_in(declared)},
        "data": None if declared.data is None else str(declared.data),
        "data_sha256": data_sha256,
    }


def holds_finished(source: Path, out: Path, declared: Declared) -> bool:
    """Whether the run folder was made from this finished file, and the same declared of it.

    Raises:
        EdgewrightError: there is no model at `source`, or the manifest in `out` is malformed.
    """
    return _holds(out, origin_of_finished(source, declared, sha256_now(declared.data, out)))


def holds_found(source: Path, out: Path, declared: Declared) -> bool:
    """Whether the run folder was made from this float model, its contract found by the same search.

    Raises:
        EdgewrightError: as `holds_finished`.
    """
    labels = None if declared.labels is None else sha256_of_file(declared.labels)
    wanted = {**_of_model(source), "data_sha256": sha256_now(declared.data, out), "seed": declared.seed}
    return _holds(out, wanted, {"labels_sha256": labels, "said": said_in(declared)})


def _of_model(source: Path) -> dict[str, Any]:
    if not source.exists():
        raise EdgewrightError(f"No model at {source}")
    return {"imported_from": source.name, "imported_sha256": sha256_of_model(source)}


def _holds(out: Path, wanted: dict[str, Any], declared: dict[str, Any] | None = None) -> bool:
    """Whether an artefact of this stage has these options, and these among what was declared."""
    return any(
        entry.stage == STAGE
        and wanted.items() <= dict(entry.options).items()
        and (declared or {}).items() <= dict(entry.options.get("declared") or {}).items()
        for entry in read_manifest(out).artefacts.values()
    )


def sha256_of_data(data: Path | None, dataset: Dataset | None) -> str | None:
    """The hash of the data that was read; None where none was given."""
    return None if data is None or dataset is None else digest(files_of_dataset(data, dataset))


def sha256_now(data: Path | None, out: Path) -> str | None:
    """The same of the data as it is now; hashes of single files are kept in the run folder `out`."""
    return None if data is None else digest(files_now(data, kept_in=out / "cache" / "data-hashes.json"))


def sha256_of_model(source: Path) -> str:
    """The hash of a model file, or over all files of a SavedModel folder."""
    if source.is_file():
        return sha256_of_file(source)
    lines = "".join(f"{sha256_of_file(path)} {path.relative_to(source).as_posix()}\n" for path in files_of(source))
    return sha256_of_bytes(lines.encode())
