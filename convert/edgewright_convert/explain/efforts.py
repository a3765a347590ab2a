"""Which INT8 conversion of a run is explained where none is named: the one that its model_int8.tflite came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.suggestion import named, unknown_name

from ..options import BASELINE, DEFAULT_EFFORT, EFFORTS, NOT_CORRECTED, ConvertOptions, effort_named

EXPLAINED = (BASELINE, *EFFORTS)

_KEPT = ("representative_size", "seed", "integer_only", "float_output", "model_name", "model_version", "licence")
"""Options of the run's model_int8.tflite that any other conversion of it should have too."""


@dataclass(frozen=True)
class OwnFile:
    """The run's model_int8.tflite, as the manifest describes it.

    Attributes:
        effort: what made it: one of `EXPLAINED`.
        requested: the effort that was asked for.
        why: a phrase, where it is not the corrected file.
        excluded: layers excluded from quantization.
        agreement: with the float model on the held-out images, 0 to 1; None if that was not measured.
    """

    effort: str
    requested: str
    why: str = ""
    excluded: tuple[str, ...] = ()
    agreement: float | None = None

    @property
    def not_correctable(self) -> bool:
        """Whether it is the baseline because the model cannot be corrected."""
        return self.effort == BASELINE and self.why.startswith(NOT_CORRECTED)

    @property
    def guarded(self) -> bool:
        """Whether it is the baseline because that was nearer to the float model than the corrected file."""
        return self.effort == BASELINE and bool(self.why) and not self.not_correctable


@dataclass(frozen=True)
class Chosen:
    """What is to be explained.

    Attributes:
        effort: one of `EXPLAINED`.
        options: with which it is converted, those of the run's model_int8.tflite but for the effort.
        notes: what the user should know of the choice, one sentence each.
        own: that file; None where there is none.
    """

    effort: str
    options: ConvertOptions
    notes: tuple[str, ...] = ()
    own: OwnFile | None = None


def chosen(run: RunFolder, wanted: str | None) -> Chosen:
    """The effort wanted, or that of the run's model_int8.tflite, or `baseline` where there is no such file.

    Raises:
        EdgewrightError: there is no such effort, or the run's manifest is malformed.
    """
    if wanted is not None and wanted not in EXPLAINED:
        raise EdgewrightError(unknown_name("INT8 effort", wanted, EXPLAINED))
    path = run.file_of("tflite-int8")
    entry = read_manifest(run.path).artefacts.get(path.relative_to(run.path).as_posix())
    made = entry.options if entry is not None else {}
    requested = made.get("requested", {})
    own = _own(made.get("int8", {}), requested) if made else None
    effort = wanted or (own.effort if own is not None else BASELINE)
    return Chosen(effort, _options(effort, requested), _notes(effort, wanted, own, path.name), own)


def _own(int8: Mapping[str, Any], requested: Mapping[str, Any]) -> OwnFile:
    return OwnFile(
        int8.get("made_by", BASELINE),
        requested.get("int8_effort", DEFAULT_EFFORT),
        int8.get("why", ""),
        tuple(int8.get("excluded_from_quantization", ())),
        int8.get("agreement"),
    )


def _options(effort: str, requested: Mapping[str, Any]) -> ConvertOptions:
    kept = {name: requested[name] for name in _KEPT if name in requested}
    calibrate = requested.get("calibrate")
    return ConvertOptions(
        int8_effort=DEFAULT_EFFORT if effort == BASELINE else effort_named(effort),
        calibrate=None if calibrate is None else Path(calibrate),
        **kept,
    )


def _notes(effort: str, wanted: str | None, own: OwnFile | None, name: str) -> tuple[str, ...]:
    if own is None:
        return () if wanted else (f"The run has no {name} yet; --int8-effort explains another conversion.",)
    notes = [] if wanted else [f"{name} is the {effort} conversion{_because(effort, own)}."]
    if own.excluded:
        notes.append(f"{name} excludes {named(own.excluded)} from quantization; here they are INT8 like the others.")
    return tuple(notes)


def _because(effort: str, own: OwnFile) -> str:
    return f" ({own.why})" if effort == BASELINE and own.why else ""
