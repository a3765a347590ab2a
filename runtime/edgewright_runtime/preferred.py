"""Which of a run's formats to use where none is named: the fastest that is known to be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from .backends.table import is_installed, takes
from .errors import EdgewrightError
from .hashing import sha256_of_file
from .machine import cores, processor
from .run.formats import FORMATS, PREFERENCE, REFERENCE_FORMATS, format_named
from .run.manifest import read_manifest
from .run.run_folder import RunFolder
from .strict_json import read_object

_CONVERTED = frozenset(row.name for row in FORMATS if row.name not in REFERENCE_FORMATS)
_NOT_TIMED = "speeds not measured here, see edgewright bench"
_NOT_COMPARED = "none of those timed here is known to be fit to ship, see edgewright evaluate"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Preferred:
    """A format, and why it is taken.

    Attributes:
        format: its name.
        why: a phrase.
        median_ms: of one inference here; None where that did not decide.
    """

    format: str
    why: str
    median_ms: float | None = None


def preferred_format(
    run: RunFolder, *, threads: int | None = None, acceleration: Acceleration = LIBRARY_DECIDES
) -> Preferred | None:
    """The format to use; None where the run holds no model.

    What was measured decides: of the files that `evaluate` passed (or found inconclusive within the limits) and `bench`
    timed on this machine, with as many threads and as they are now, the fastest. Where there is none, the order of
    `PREFERENCE`, without files that `evaluate` found beyond the limits, unless that leaves nothing but the float model.
    Files whose library is not installed are left out, unless nothing else is there. With an acceleration only files
    that take it count, and figures that were measured with it.
    """
    compared = {name: _mapping(_mapping(row).get("test")) for name, row in _figures(run.accuracy).items()}
    compared = {name: row for name, row in compared.items() if row.get("acceleration") == acceleration.described()}
    timed = _timed_here(run, threads, acceleration)
    sha256 = _hashes(run)
    for name in sorted(timed, key=lambda each: timed[each]["p50_ms"]):
        row = compared.get(name, {})
        if _may_ship(row) and row.get("sha256") == timed[name].get("sha256") == sha256(name):
            return Preferred(name, _why_fastest(row), float(timed[name]["p50_ms"]))
    return _by_table(run, compared, sha256, _NOT_COMPARED if timed else _NOT_TIMED, acceleration)


def _timed_here(run: RunFolder, threads: int | None, acceleration: Acceleration) -> dict[str, Row]:
    """The rows of latency.json from this machine, threads and acceleration, of converted formats that run here."""
    here = (processor(), cores())
    found = {}
    for name, value in _figures(run.latency).items():
        row, machine = _mapping(value), _mapping(_mapping(value).get("machine"))
        same_work = (machine.get("processor"), machine.get("cores")) == here and row.get("threads") == threads
        same_work = same_work and row.get("acceleration") == acceleration.described()
        is_timed = same_work and name in _CONVERTED and isinstance(row.get("p50_ms"), (int, float))
        if is_timed and run.file_of(name).exists() and _takes(name, acceleration) and _runs_here(name):
            found[name] = row
    return found


def _by_table(
    run: RunFolder,
    compared: Mapping[str, Row],
    sha256: Callable[[str], str | None],
    why: str,
    acceleration: Acceleration,
) -> Preferred | None:
    """The first of `PREFERENCE` that is there and is not known to be beyond the limits."""
    there = [name for name in PREFERENCE if run.file_of(name).exists() and _takes(name, acceleration)]
    # Where no library is installed for any of them, the first one's error says which to install.
    present = [name for name in there if _runs_here(name)] or there
    beyond = []
    for name in present:
        row = compared.get(name, {})
        if name in _CONVERTED and "verdict" in row and not _may_ship(row) and row.get("sha256") == sha256(name):
            beyond.append(name)
        elif name in _CONVERTED or not beyond:
            without = f", and {', '.join(beyond)} must not ship, see edgewright evaluate" if beyond else ""
            return Preferred(name, why + without)
    return (
        Preferred(beyond[0], "the gate let none of the formats here ship, see edgewright evaluate") if beyond else None
    )


def _runs_here(name: str) -> bool:
    return is_installed(format_named(name).backend)


def _takes(name: str, acceleration: Acceleration) -> bool:
    return takes(format_named(name).backend, acceleration)


def _may_ship(row: Row) -> bool:
    return row.get("verdict") == "pass" or (row.get("verdict") == "inconclusive" and not row.get("beyond", True))


def _why_fastest(row: Row) -> str:
    if row.get("verdict") == "pass":
        return "the fastest measured here that may ship; it passed the gate"
    return "the fastest measured here that may ship; too few test images for a pass"


def _hashes(run: RunFolder) -> Callable[[str], str | None]:
    """A function that gives the SHA-256 of a format's file.

    As the manifest has it, with which the file is compared before it is loaded; its own where none lists it.
    """
    listed = cache(lambda: read_manifest(run.path).artefacts)

    def sha256(name: str) -> str | None:
        path = run.file_of(name)
        entry = listed().get(path.relative_to(run.path).as_posix())
        if entry is not None:
            return entry.sha256
        return sha256_of_file(path) if path.is_file() else None

    return sha256


def _figures(path: Path) -> Row:
    """The object in the file; empty where there is none that can be read, for no figure is needed to classify."""
    try:
        return read_object(path)
    except EdgewrightError:
        return {}


def _mapping(value: Any) -> Row:
    return value if isinstance(value, dict) else {}
