"""Which of a run's formats to use where none is named: the fastest that is known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import EdgewrightError
from .machine import cores, processor
from .run.formats import FORMATS, PREFERENCE, REFERENCE_FORMATS
from .run.manifest import read_manifest
from .run.run_folder import RunFolder
from .strict_json import read_object


@dataclass(frozen=True)
class Preferred:
    """A format, and why it is taken.

    Attributes:
        format: its name.
        why: a phrase.
        median_ms: of one inference here; None where it was not measured.
    """

    format: str
    why: str
    median_ms: float | None = None


def preferred_format(run: RunFolder, *, threads: int | None = None) -> Preferred | None:
    """The format to use; None where the run holds no model.

    What was measured decides: of the files that `evaluate` passed (or found inconclusive within the limits) and `bench`
    timed on this machine, with as many threads and as they are now, the fastest. Where nothing was measured, the order
    of `PREFERENCE`.
    """
    timed = _timed_and_passed(run, threads)
    if timed:
        name = min(timed, key=lambda each: timed[each])
        return Preferred(name, "the fastest measured here of those that passed", timed[name])
    name = next((each for each in PREFERENCE if run.file_of(each).exists()), "")
    return Preferred(name, "speeds not measured here; see edgewright bench") if name else None


def _timed_and_passed(run: RunFolder, threads: int | None) -> dict[str, float]:
    """The median latency of each such format, milliseconds."""
    accuracy, latency = _figures(run, "accuracy.json"), _figures(run, "latency.json")
    if not accuracy or not latency:
        return {}
    entries = read_manifest(run.path).artefacts
    here = (processor(), cores())
    found = {}
    for row in FORMATS:
        timing, passed = latency.get(row.name), _mapping(accuracy.get(row.name)).get("test")
        entry = entries.get(row.path)
        if row.name in REFERENCE_FORMATS or entry is None or not run.file_of(row.name).exists():
            continue
        if _may_ship(_mapping(passed), entry.sha256) and _is_of(_mapping(timing), here, threads, entry.sha256):
            found[row.name] = float(_mapping(timing)["p50_ms"])
    return found


def _may_ship(row: Mapping[str, Any], sha256: str) -> bool:
    within = row.get("verdict") == "pass" or (row.get("verdict") == "inconclusive" and not row.get("beyond", True))
    return within and row.get("sha256") == sha256


def _is_of(row: Mapping[str, Any], here: tuple[str, int], threads: int | None, sha256: str) -> bool:
    machine = _mapping(row.get("machine"))
    same_machine = (machine.get("processor"), machine.get("cores")) == here
    same_work = row.get("threads") == threads and row.get("sha256") == sha256
    return same_machine and same_work and isinstance(row.get("p50_ms"), (int, float))


def _figures(run: RunFolder, name: str) -> Mapping[str, Any]:
    """The object in the file; empty where there is none that can be read, for no figure is needed to classify."""
    try:
        return read_object(run.path / name)
    except EdgewrightError:
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
