"""The table of backends: one row each. A new backend is one leaf module with a function `load`, and one row here."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from ..errors import EdgewrightError
from ..library_noise import quietened
from ..optional_imports import is_importable
from .base import Backend, Loader
from .hardware.acceleration import LIBRARY_DECIDES, Acceleration
from .hardware.instructions import is_unusual
from .hardware.trial import check_survives


@dataclass(frozen=True)
class BackendRow:
    """One backend.

    Attributes:
        name: what the table of formats calls it.
        module: dotted name of its leaf module, imported when first needed.
        suffix: file name ending that tells its files; empty for folders.
        libraries: top-level modules, any one of which runs it.
        takes: the options of `Acceleration` that it knows, as they are typed.
    """

    name: str
    module: str
    suffix: str
    libraries: tuple[str, ...]
    takes: tuple[str, ...] = ()


BACKENDS: tuple[BackendRow, ...] = (
    BackendRow("keras", "edgewright_runtime.backends.keras", ".keras", ("tensorflow",)),
    BackendRow("saved-model", "edgewright_runtime.backends.saved_model", "", ("tensorflow",)),
    BackendRow(
        "tflite",
        "edgewright_runtime.backends.tflite",
        ".tflite",
        ("ai_edge_litert", "tflite_runtime", "tensorflow"),
        ("--no-xnnpack", "--delegate"),
    ),
    BackendRow("onnx", "edgewright_runtime.backends.onnx", ".onnx", ("onnxruntime",), ("--provider",)),
    # One leaf for both: the key beside an engine names its library. The longer ending first.
    BackendRow("tensorrt-rtx", "edgewright_runtime.backends.nvidia.tensorrt", ".rtx.engine", ("tensorrt_rtx",)),
    BackendRow("tensorrt", "edgewright_runtime.backends.nvidia.tensorrt", ".engine", ("tensorrt",)),
)


def load(
    path: Path, *, backend: str, threads: int | None = None, acceleration: Acceleration = LIBRARY_DECIDES
) -> Backend:
    """The model file, loaded by the backend of that name.

    Args:
        path: model file or SavedModel folder.
        backend: a name in `BACKENDS`.
        threads: how many threads inference may use; None leaves it to the library.
        acceleration: what runs it in place of what the library would choose.

    Raises:
        EdgewrightError: no such backend, the file cannot be loaded, or the backend takes no such acceleration.
        MissingDependencyError: the backend's library is not installed, or what was asked of it is not here.
    """
    row = next((row for row in BACKENDS if row.name == backend), None)
    if row is None:
        raise EdgewrightError(
            f"{path} needs the {backend} backend; this release has {', '.join(known.name for known in BACKENDS)}"
        )
    refused = acceleration.refused_by(row.takes)
    if refused:
        raise EdgewrightError(f"{path} is run by the {row.name} backend, which takes no {', '.join(refused)}")
    if row.takes and is_unusual():
        check_survives(path, backend=backend, libraries=row.libraries, acceleration=acceleration)
    loader: Loader = importlib.import_module(row.module).load
    with quietened():
        return loader(path, threads=threads, **({"acceleration": acceleration} if row.takes else {}))


def takes(backend: str, acceleration: Acceleration) -> bool:
    """Whether the backend of that name knows everything that was asked for."""
    return not acceleration.asked or any(
        not acceleration.refused_by(row.takes) for row in BACKENDS if row.name == backend
    )


def is_installed(backend: str) -> bool:
    """Whether a library that runs the backend of that name is there; it is looked for and not imported."""
    return any(is_importable(module) for row in BACKENDS if row.name == backend for module in row.libraries)


def backend_for(path: Path) -> str:
    """The name of the backend that takes a file of this name, or a SavedModel folder.

    Raises:
        EdgewrightError: no backend does.
    """
    if path.is_dir():
        return "saved-model"
    for row in BACKENDS:
        if row.suffix and path.name.lower().endswith(row.suffix):
            return row.name
    known = ", ".join(row.suffix for row in BACKENDS if row.suffix)
    raise EdgewrightError(f"{path} is no model file that Edgewright runs; it takes {known} and run folders")
