"""Whether a file that other formats are made from is still up to date."""

from __future__ import annotations

from pathlib import Path

from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.manifest import Artefact, read_manifest

from .sources import Sources
from .targets import Target


def is_fresh(sources: Sources, row: Target) -> bool:
    """Whether the format's file is there, as it was made, from the float model, contract and labels of now."""
    path = sources.run.file_of(row.format)
    entry = read_manifest(sources.run.path).artefacts.get(path.relative_to(sources.run.path).as_posix())
    if entry is None or not path.is_file():
        return False
    return _still_the_file(path, entry) and _still_its_origin(sources, row, entry)


def _still_the_file(path: Path, entry: Artefact) -> bool:
    return path.stat().st_size == entry.size_bytes and sha256_of_file(path) == entry.sha256


def _still_its_origin(sources: Sources, row: Target, entry: Artefact) -> bool:
    if not sources.has_reference:
        # On a board the .onnx files are copied without the float model: there is nothing newer to make them from.
        return True
    wanted = (sources.source_sha256, sources.options.of(row.options))
    return wanted == (entry.options.get("source_sha256"), entry.options.get("requested"))
