"""The key beside a TensorRT engine: what it was built from, with what, and which machines may load it.

An engine is executable code tied to one version of TensorRT and to GPU generations, so nothing loads one whose key or
hash does not fit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from ...errors import CheckFailedError, EdgewrightError, OtherMachineError
from ...run.formats import FORMATS
from ...strict_json import read_object
from ...structured import from_builtins, rule
from ...suggestion import quoted

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


_TEXTS = rule(must_be="a list of texts")


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
    devices: tuple[str, ...] = field(metadata=_TEXTS)
    batch: tuple[int, int, int] = field(metadata=rule(must_be="a list of three whole numbers"))
    flags: tuple[str, ...] = field(metadata=_TEXTS)
    workspace_mb: int | None = None


@dataclass(frozen=True, kw_only=True)
class _KeyFile(EngineKey):
    """What the key's file holds."""

    also_in_files: ClassVar[tuple[str, ...]] = ("schema_version",)

    engine_sha256: str


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
    if value.get("schema_version") != SCHEMA_VERSION:
        raise EdgewrightError(f"{path} has another schema version than {SCHEMA_VERSION}; {_again(engine)}")
    try:
        file = from_builtins(_KeyFile, value, where=str(path))
    except EdgewrightError as error:
        raise EdgewrightError(f"{error}; {_again(engine)}") from error
    return EngineKey(**{each.name: getattr(file, each.name) for each in fields(EngineKey)}), file.engine_sha256


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
        OtherMachineError: it was built with another.
    """
    if key.library_version != installed:
        raise OtherMachineError(
            f"{engine} was built with {key.library} {key.library_version} and loads in no other version, but "
            f"{installed} is installed here; {_again(engine)}"
        )


def check_gpu(engine: Path, key: EngineKey, gpu: Gpu) -> None:
    """Sees that the engine was built for this GPU.

    Raises:
        OtherMachineError: it was built for others.
    """
    ahead = key.library == AHEAD_OF_TIME
    if (gpu.compute_capability if ahead else str(gpu)) not in key.devices:
        built_for = f"compute capability {', '.join(key.devices)}" if ahead else ", ".join(key.devices)
        option = f" --compute-capability {gpu.compute_capability}" if ahead else ""
        raise OtherMachineError(
            f"{engine} was built for {built_for}, but the GPU here is {gpu}; {_again(engine, option=option)}"
        )


def _again(engine: Path, *, option: str = "") -> str:
    """What to run to get an engine that fits."""
    absolute = engine.absolute()
    name = next((row.name for row in FORMATS if absolute.as_posix().endswith(f"/{row.path}")), None)
    if name is None:
        return "build it again on this machine with: edgewright convert RUN --to tensorrt-fp16"
    return f"build it again with: edgewright convert {quoted(engine.parent.parent)} --to {name}{option}"
