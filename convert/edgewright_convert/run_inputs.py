"""What the formats of a run are made from: one row per input, made once, in the order of the table, and handed over.

A target's row names the inputs that its function takes; an input's row names the earlier ones that it is made from. The
functions are named by dotted strings, so that nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import files_of, sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.formats import REFERENCE_FORMATS
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.run_folder import RunFolder


@dataclass(frozen=True)
class OpenedRun:
    """A run folder that is about to be converted, with what is read of it before anything heavy is imported.

    Attributes:
        folder: the run folder.
        contract: how its images become pixels.
        labels: in class order.
        reference: the float model's file or SavedModel folder; None where the run came without it.
        source_sha256: one hash over the float model, the contract and the labels: when it changes, every format is
            stale.
    """

    folder: RunFolder
    contract: Preprocessing
    labels: tuple[str, ...]
    reference: Path | None
    source_sha256: str

    @property
    def reference_name(self) -> str | None:
        """The float model's path in the run folder; None where the run came without it."""
        return None if self.reference is None else self.reference.relative_to(self.folder.path).as_posix()


def opened_run(folder: RunFolder) -> OpenedRun:
    """The run with its contract, labels and the hash of its float model.

    Raises:
        EdgewrightError: the contract or the labels are missing or malformed.
    """
    labels, contract = read_labels(folder.labels), Preprocessing.load(folder.preprocessing)
    candidates = [folder.file_of(name) for name in REFERENCE_FORMATS]
    reference = next((path for path in candidates if path.exists()), None)
    return OpenedRun(folder, contract, labels, reference, _source_sha256(folder, reference))


def _source_sha256(folder: RunFolder, reference: Path | None) -> str:
    files = [folder.preprocessing, folder.labels, *(files_of(reference) if reference is not None else [])]
    lines = "".join(f"{sha256_of_file(path)} {path.relative_to(folder.path).as_posix()}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class RunInput:
    """One row: something that targets are made from.

    Attributes:
        name: of the parameter by which functions take it.
        make: dotted name of the function that makes it; it takes `inputs` as keyword arguments.
        inputs: names of what it is made from: earlier rows, or `GIVEN`.
        doing: what the user reads while it is made.
    """

    name: str
    make: str
    inputs: tuple[str, ...]
    doing: str


GIVEN = ("run", "options", "on_progress")
"""Inputs that are there from the start: the `OpenedRun`, the `ConvertOptions`, and a function to be called with how far
a long step has come."""

OF_THE_ROW = ("format_name", "basis", "why_not_corrected")
"""Inputs that belong to one target's row: the name of its format, the bytes of the file that it is derived from, and
why an earlier function of the row was passed over."""

INPUTS: tuple[RunInput, ...] = (
    RunInput("float_model", "edgewright_convert.float_model.float_model_of_run", ("run",), "Loading the float model"),
    RunInput(
        "smoke_images",
        "edgewright_convert.calibration.smoke_images.smoke_images_of_run",
        ("run",),
        "Reading a few images",
    ),
    RunInput(
        "representative_dataset",
        "edgewright_convert.calibration.representative_dataset.representative_dataset_of_run",
        ("run", "options"),
        "Reading the representative dataset",
    ),
    RunInput(
        "class_coverage",
        "edgewright_convert.float_model.coverage_by_float_model",
        ("float_model", "representative_dataset"),
        "Looking for the classes in the images",
    ),
    RunInput(
        "validation_images",
        "edgewright_convert.calibration.validation_images.validation_images_of_run",
        ("run", "options", "representative_dataset"),
        "Reading the held-out validation images",
    ),
    RunInput(
        "reference_outputs",
        "edgewright_convert.float_model.reference_outputs",
        ("float_model", "validation_images"),
        "Running the float model",
    ),
    RunInput(
        "correction",
        "edgewright_convert.tflite.ranked_correction.correction_of_run",
        ("float_model", "representative_dataset", "validation_images", "reference_outputs", "options", "on_progress"),
        "Correcting the model for INT8",
    ),
)

_BY_NAME = {row.name: row for row in INPUTS}


def needed_rows(names: Iterable[str]) -> tuple[RunInput, ...]:
    """The rows of these inputs and of all that they are made from, in the order of the table."""
    needed: set[str] = set()

    def add(name: str) -> None:
        if name in _BY_NAME and name not in needed:
            needed.add(name)
            for earlier in _BY_NAME[name].inputs:
                add(earlier)

    for name in names:
        add(name)
    return tuple(row for row in INPUTS if row.name in needed)


class RunInputs:
    """The inputs of one conversion, as far as they have been made.

    An input that could not be made is not tried again: whoever asks for it gets the same error.
    """

    def __init__(self, given: Mapping[str, Any], *, on_start: Callable[[str], None] = lambda _: None) -> None:
        """Starts with what is `GIVEN`; `on_start` is called with what is being done, as a phrase."""
        self._made = dict(given)
        self._failed: dict[str, Exception] = {}
        self._on_start = on_start

    def make(self, names: Iterable[str]) -> None:
        """Makes those of the inputs that are not there yet, and what they are made from.

        Raises:
            EdgewrightError: one of them cannot be made.
            ImportError: a library that one of them needs does not import.
        """
        for row in needed_rows(names):
            if row.name in self._failed:
                raise self._failed[row.name]
            if row.name not in self._made:
                self._on_start(row.doing)
                self._make(row)

    def _make(self, row: RunInput) -> None:
        try:
            self._made[row.name] = function_named(row.make)(**self.values(row.inputs))
        except Exception as error:
            self._failed[row.name] = error
            raise

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """These inputs by name, which must have been made."""
        return {name: self._made[name] for name in names}


def function_named(dotted: str) -> Callable[..., Any]:
    """The function of that dotted name, imported now."""
    module, _, name = dotted.rpartition(".")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def file_of_format(run: OpenedRun, format_name: str) -> bytes:
    """The content of a format's file that was made before, compared with the manifest.

    Raises:
        EdgewrightError: it is not there.
        CheckFailedError: it is not what the manifest says.
    """
    from edgewright_runtime.run.manifest import verify

    path = run.folder.file_of(format_name)
    verify(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise EdgewrightError(f"Cannot read {path}: {error.strerror or error}") from error
