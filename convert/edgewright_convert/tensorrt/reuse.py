"""An engine that lies there already, where building it again would give the same."""

from __future__ import annotations

from pathlib import Path

from edgewright_runtime.backends.nvidia.engine_key import EngineKey, key_path, read_key
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_bytes
from edgewright_runtime.run.manifest import verify


def engine_with_key(path: Path, key: EngineKey) -> bytes | None:
    """The engine at `path`, if it has exactly that key and is what its key and the manifest say; else None."""
    if not (path.is_file() and key_path(path).is_file()):
        return None
    try:
        found, sha256 = read_key(path)
        verify(path)
        data = path.read_bytes()
    except (EdgewrightError, OSError):
        return None  # whatever is wrong with it, a new one takes its place
    return data if found == key and sha256_of_bytes(data) == sha256 else None


def timing_cache_beside(path: Path) -> bytes:
    """The timing cache of the last build of this engine; empty where there is none that the manifest knows."""
    try:
        verify(path)
        return path.read_bytes()
    except (EdgewrightError, OSError):
        return b""  # a cache only saves time
