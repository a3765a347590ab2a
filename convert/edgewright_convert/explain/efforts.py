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

from ..options import BASELINE, DEFAULT_EFFORT, DEFAULT_REPRESENTATIVE_SIZE, EFFORTS, ConvertOptions, effort_named

EXPLAINED = (BASELINE, *EFFORTS)


@dataclass(frozen=True)
class Chosen:
    """What is to be explained.

    Attributes:
        effort: one of `EXPLAINED`.
        options: with which it is converted, the representative dataset being that of the run's model_int8.tflite.
        notes: what the user should know of the choice, one sentence each.
    """

    effort: str
    options: ConvertOptions
    notes: tuple[str, ...] = ()


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
    effort = wanted or made.get("int8", {}).get("made_by", BASELINE)
    return Chosen(effort, _options(effort, made.get("requested", {})), _notes(effort, wanted, made, path.name))


def _options(effort: str, requested: Mapping[str, Any]) -> ConvertOptions:
    calibrate = requested.get("calibrate")
    return ConvertOptions(
        int8_effort=DEFAULT_EFFORT if effort == BASELINE else effort_named(effort),
        representative_size=requested.get("representative_size", DEFAULT_REPRESENTATIVE_SIZE),
        calibrate=None if calibrate is None else Path(calibrate),
        seed=requested.get("seed", 0),
    )


def _notes(effort: str, wanted: str | None, made: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if not made:
        return () if wanted else (f"The run has no {name} yet; --int8-effort explains another conversion.",)
    int8 = made.get("int8", {})
    notes = [] if wanted else [f"{name} is the {effort} conversion{_because(effort, int8)}."]
    excluded = int8.get("excluded_from_quantization")
    if excluded:
        notes.append(f"{name} excludes {named(excluded)} from quantization; here they are INT8 like the others.")
    return tuple(notes)


def _because(effort: str, int8: Mapping[str, Any]) -> str:
    return f" ({int8['why']})" if effort == BASELINE and int8.get("why") else ""
