"""manifest.json: hash, size and origin of every artefact in a run folder.

A .tflite file with a few flipped bits mostly still loads and labels wrongly, so the hash is compared before any
model is loaded.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from ..errors import CheckFailedError, EdgewrightError
from ..hashing import sha256_of_file
from ..optional_imports import version_of
from ..strict_json import content_of, object_in, write_object
from ..structured import from_builtins

SCHEMA_VERSION = 1
FILE_NAME = "manifest.json"

try:
    import fcntl
except ImportError:  # Windows has none; there, two stages must not write one run folder at the same time
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Artefact:
    """One file of a run folder.

    Attributes:
        sha256: of its content, 64 hex digits.
        size_bytes: its length.
        stage: the command that made it.
        options: what it was made with; enough to make it again.
        versions: the packages that made it.
    """

    sha256: str
    size_bytes: int
    stage: str
    options: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """All artefacts of a run folder, by path relative to it with forward slashes."""

    artefacts: Mapping[str, Artefact]


@dataclass(frozen=True)
class _File:
    """What manifest.json holds."""

    also_in_files: ClassVar[tuple[str, ...]] = ("schema_version",)

    artefacts: Mapping[str, Any]


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """The installed versions of those packages that are installed."""
    return {name: version for name in packages if (version := version_of(name)) is not None}


def describe(path: Path, *, stage: str, options: Mapping[str, Any], versions: Mapping[str, str]) -> Artefact:
    """The artefact that the file is, with its hash and size as they are now."""
    return Artefact(sha256_of_file(path), path.stat().st_size, stage, dict(options), dict(versions))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run folder; an empty one where there is no file.

    Raises:
        EdgewrightError: the file is malformed or of another schema version.
    """
    path = folder / FILE_NAME
    return _manifest_in(content_of(path), path) if path.exists() else Manifest({})


@lru_cache(maxsize=1)
def _manifest_in(content: bytes, path: Path) -> Manifest:
    """What the file's content says; opening a classifier asks for it three times."""
    value = object_in(content, path)
    if value.get("schema_version") != SCHEMA_VERSION:
        given = value.get("schema_version")
        raise EdgewrightError(f"{path} has schema version {given!r}; this release reads {SCHEMA_VERSION}")
    file = from_builtins(_File, value, where=str(path))
    return Manifest({name: _artefact(name, fields, path) for name, fields in file.artefacts.items()})


def _artefact(name: str, fields: Any, path: Path) -> Artefact:
    where = f"{path}, artefact {name}"
    if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise EdgewrightError(f"{where}: the path must lie inside the run folder")
    return from_builtins(Artefact, fields, where=where)


def add_artefacts(folder: Path, artefacts: Mapping[str, Artefact]) -> None:
    """Adds or replaces entries, and drops the entries of files that are gone."""
    with _lock(folder):
        kept = {name: entry for name, entry in read_manifest(folder).artefacts.items() if (folder / name).exists()}
        merged = {**kept, **artefacts}
        entries = {name: asdict(merged[name]) for name in sorted(merged)}
        write_object(folder / FILE_NAME, {"schema_version": SCHEMA_VERSION, "artefacts": entries})


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Keeps two stages that run side by side (make -j) from losing each other's entries."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def verify(*paths: Path) -> None:
    """Checks files or folders against the manifest of the run folder they lie in, where there is one.

    Raises:
        CheckFailedError: the content of one is not what the manifest says.
    """
    manifest_of = cache(read_manifest)  # files that are used together lie together
    for path in paths:
        folder = manifest_folder(path)
        if folder is None:
            continue
        prefix = path.resolve().relative_to(folder).as_posix()
        for name, entry in manifest_of(folder).artefacts.items():
            if name == prefix or name.startswith(prefix + "/"):
                _verify_one(folder / name, entry)


def _verify_one(path: Path, entry: Artefact) -> None:
    if not path.is_file():
        raise CheckFailedError(f"{path} is listed in {FILE_NAME} but is not there; convert or copy it again")
    if path.stat().st_size != entry.size_bytes or sha256_of_file(path) != entry.sha256:
        raise CheckFailedError(
            f"{path} is not the file that {FILE_NAME} describes (its SHA-256 differs): it was changed or damaged; "
            f"convert or copy it again"
        )


def listed_sha256(path: Path) -> str | None:
    """The SHA-256 that the manifest has of a file; None where no manifest lists it."""
    folder = manifest_folder(path)
    if folder is None:
        return None
    entry = read_manifest(folder).artefacts.get(path.resolve().relative_to(folder).as_posix())
    return None if entry is None else entry.sha256


def manifest_folder(path: Path) -> Path | None:
    """The nearest folder above `path`, two at most, that holds a manifest."""
    resolved = path.resolve()
    for folder in list(resolved.parents)[:2]:
        if (folder / FILE_NAME).is_file():
            return folder
    return None
