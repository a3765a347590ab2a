"""The key beside a TensorRT engine: what it was built from, with what, and which machines may load it.

An engine is executable code tied to one version of TensorRT and to GPU generations, so nothing loads one whose key or
hash does not fit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.strict_json import check_fields, read_object

SUFFIX = ".json"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class EngineKey:
    """What tells one engine from another.

    Attributes:
        onnx_sha256: of the .onnx file that it was built from.
        library: `tensorrt` or `tensorrt-rtx`.
        library_version: full version; an engine loads in this one only.
        devices: compute capabilities such as `8.6` for engines built ahead of time, else the GPU's name.
        batch: least, best and greatest batch size.
        flags: what the builder was told, by name.
    """

    onnx_sha256: str
    library: str
    library_version: str
    devices: tuple[str, ...]
    batch: tuple[int, int, int]
    flags: tuple[str, ...]


def key_bytes(key: EngineKey, engine_sha256: str) -> bytes:
    """The content of the key's file."""
    value: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **asdict(key), "engine_sha256": engine_sha256}
    return (json.dumps(value, indent=2) + "\n").encode()


def read_key(engine: Path) -> tuple[EngineKey, str]:
    """The key beside an engine, and the SHA-256 that the engine must have.

    Raises:
        EdgewrightError: it is missing, malformed or of another schema version.
    """
    path = engine.with_name(engine.name + SUFFIX)
    value = read_object(path)
    if value.pop("schema_version", None) != SCHEMA_VERSION:
        raise EdgewrightError(f"{path} has another schema version than {SCHEMA_VERSION}; build the engine again")
    check_fields(value, frozenset(EngineKey.__dataclass_fields__) | {"engine_sha256"}, str(path))
    engine_sha256 = str(value.pop("engine_sha256"))
    lists = {name: tuple(given) for name, given in value.items() if isinstance(given, list)}
    return EngineKey(**{**value, **lists}), engine_sha256
