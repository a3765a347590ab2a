"""The key beside a TensorRT engine: what it was built from, with what, and which machines may load it.

An engine is executable code tied to one version of TensorRT and to GPU generations, so nothing loads one whose key or
hash does not fit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import CheckFailedError, EdgewrightError
from ..run.formats import FORMATS
from ..strict_json import check_fields, read_object

SUFFIX = ".json"
SCHEMA_VERSION = 1

AHEAD_OF_TIME = "tensorrt-rtx"
"""The library whose engines are built for compute capabilities rather than for the GPU at hand."""


@dataclass(frozen=True)
class Gpu:
    """A graphics processor.

    Attributes:
        name: as its driver gives it, such as `Orin`.
        compute_capability: such as `8.7`.
    """

    name: str
    compute_capability: str

    def __str__(self) -> str:
        return f"{self.name} ({self.compute_capability})"


@dataclass(frozen=True)
class EngineKey:
    """What tells one engine from another: two builds with the same key need only be done once.

    Attributes:
        onnx_sha256: of the .onnx file that it was built from.
        library: `tensorrt` or `tensorrt-rtx`.
        library_version: full version; an engine loads in this one only.
        devices: compute capabilities such as `8.6` for engines built ahead of time, else the GPU's name and compute
            capability, such as `Orin (8.7)`.
        batch: least, best and greatest batch size of its one optimization profile.
        flags: what the network and the builder were told, by name.
        workspace_mb: GPU memory that the builder was allowed; None where the library decided.
    """

    onnx_sha256: str
    library: str
    library_version: str
    devices: tuple[str, ...]
    batch: tuple[int, int, int]
    flags: tuple[str, ...]
    workspace_mb: int | None = None


def key_path(engine: Path) -> Path:
    """Where the key of an engine lies."""
    return engine.with_name(engine.name + SUFFIX)


def key_bytes(key: EngineKey, engine_sha256: str) -> bytes:
    """The content of the key's file."""
    value: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **asdict(key), "engine_sha256": engine_sha256}
    return (json.dumps(value, indent=2) + "\n").encode()


def read_key(engine: Path) -> tuple[EngineKey, str]:
    """The key beside an engine, and the SHA-256 that the engine must have.

    Raises:
        EdgewrightError: it is missing, malformed or of another schema version.
    """
    path = key_path(engine)
    if not path.is_file():
        raise EdgewrightError(
            f"{engine} has no key ({path.name}) beside it, so nothing tells what it is; {_again(engine)}"
        )
    value = read_object(path)
    if value.pop("schema_version", None) != SCHEMA_VERSION:
        raise EdgewrightError(f"{path} has another schema version than {SCHEMA_VERSION}; {_again(engine)}")
    check_fields(value, frozenset(EngineKey.__dataclass_fields__) | {"engine_sha256"}, str(path))
    wrong = [name for name, fits in _FIELDS.items() if not fits(value[name])]
    if wrong:
        raise EdgewrightError(f"{path}: {wrong[0]} must not be {value[wrong[0]]!r}; {_again(engine)}")
    engine_sha256 = str(value.pop("engine_sha256"))
    lists = {name: tuple(given) for name, given in value.items() if isinstance(given, list)}
    return EngineKey(**{**value, **lists}), engine_sha256


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_batch(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(type(each) is int for each in value)


_FIELDS = {
    "onnx_sha256": _is_text,
    "library": _is_text,
    "library_version": _is_text,
    "devices": _is_texts,
    "batch": _is_batch,
    "flags": _is_texts,
    "workspace_mb": lambda value: value is None or type(value) is int,
    "engine_sha256": _is_text,
}


def check_content(engine: Path, sha256: str, *, expected: str) -> None:
    """Sees that the engine is the one that its key belongs to.

    Raises:
        CheckFailedError: its SHA-256 is another.
    """
    if sha256 != expected:
        raise CheckFailedError(
            f"{engine} is not the engine that {key_path(engine).name} describes (its SHA-256 differs): it was changed "
            f"or damaged; {_again(engine)}"
        )


def check_version(engine: Path, key: EngineKey, installed: str) -> None:
    """Sees that the engine was built with the library's version that is installed here.

    Raises:
        EdgewrightError: it was built with another.
    """
    if key.library_version != installed:
        raise EdgewrightError(
            f"{engine} was built with {key.library} {key.library_version} and loads in no other version, but "
            f"{installed} is installed here; {_again(engine)}"
        )


def check_gpu(engine: Path, key: EngineKey, gpu: Gpu) -> None:
    """Sees that the engine was built for this GPU.

    Raises:
        EdgewrightError: it was built for others.
    """
    ahead = key.library == AHEAD_OF_TIME
    if (gpu.compute_capability if ahead else str(gpu)) not in key.devices:
        built_for = f"compute capability {', '.join(key.devices)}" if ahead else ", ".join(key.devices)
        option = f" --compute-capability {gpu.compute_capability}" if ahead else ""
        raise EdgewrightError(
            f"{engine} was built for {built_for}, but the GPU here is {gpu}; {_again(engine, option=option)}"
        )


def _again(engine: Path, *, option: str = "") -> str:
    """What to run to get an engine that fits."""
    absolute = engine.absolute()
    name = next((row.name for row in FORMATS if absolute.as_posix().endswith(f"/{row.path}")), None)
    if name is None:
        return "build it again on this machine with: edgewright convert RUN --to tensorrt-fp16"
    return f"build it again with: edgewright convert {engine.parent.parent} --to {name}{option}"
