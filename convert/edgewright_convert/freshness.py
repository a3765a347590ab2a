"""Whether a format's file is up to date, so that it need not be made again."""

from __future__ import annotations

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.manifest import Artefact, read_manifest

from .calibration.unlabelled_images import sha256_of_unlabelled
from .options import ConvertOptions
from .run_inputs import OpenedRun, needed_rows
from .targets import Target


def is_fresh(run: OpenedRun, options: ConvertOptions, row: Target) -> bool:
    """Whether the file is there as it was made, from the float model, contract, labels, images and options of now."""
    path = run.folder.file_of(row.format)
    entry = read_manifest(run.folder.path).artefacts.get(path.relative_to(run.folder.path).as_posix())
    if entry is None or not path.is_file():
        return False
    unchanged = path.stat().st_size == entry.size_bytes and sha256_of_file(path) == entry.sha256
    return unchanged and _has_same_origin(run, options, row, entry)


def origin_of(run: OpenedRun, options: ConvertOptions, row: Target) -> dict[str, object]:
    """What the manifest keeps of a file's origin: when one of these values changes, the file is stale.

    Raises:
        EdgewrightError: there are no images where `calibrate` says.
    """
    uses_images = _uses_images(row)
    return {
        "source": run.reference_name,
        "source_sha256": run.source_sha256,
        "splits_sha256": _splits_sha256(run) if uses_images else None,
        "calibrate_sha256": _calibrate_sha256(run, options) if uses_images else None,
        "requested": options.of(row.options),
    }


def _has_same_origin(run: OpenedRun, options: ConvertOptions, row: Target, entry: Artefact) -> bool:
    if run.reference is None:
        # On a board the .onnx files are copied without the float model: there is nothing newer to make them from.
        return True
    try:
        origin = origin_of(run, options, row)
    except EdgewrightError:
        return False  # the sentence comes from whoever makes the file anew, and costs the other formats nothing
    return all(entry.options.get(name) == value for name, value in origin.items())


def _uses_images(row: Target) -> bool:
    inputs = [name for maker in row.makers for name in maker.inputs]
    return any(needed.name == "representative_dataset" for needed in needed_rows(inputs))


def _splits_sha256(run: OpenedRun) -> str | None:
    return sha256_of_file(run.folder.splits) if run.folder.splits.is_file() else None


def _calibrate_sha256(run: OpenedRun, options: ConvertOptions) -> str | None:
    return None if options.calibrate is None else sha256_of_unlabelled(options.calibrate, run.folder)
