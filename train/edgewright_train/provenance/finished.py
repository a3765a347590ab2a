"""Whether a finished training, one of several, is what would be trained there now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.suggestion import named

from .record import Provenance, provenance_of
from .unfinished import unlike

_REMEDY = "give another --out, or --overwrite without --resume to train anew in its place"


def made_from_in(out: Path) -> Provenance:
    """What the finished run in `out` was made from.

    Raises:
        EdgewrightError: its manifest does not say.
    """
    entry = read_manifest(out).artefacts.get(RunFolder(out).model.name)
    if entry is None:
        raise EdgewrightError(f"{out} holds a model that its manifest.json does not name; {_REMEDY}")
    try:
        return provenance_of(entry)
    except EdgewrightError as error:
        raise EdgewrightError(f"{out} cannot be compared with what was given: {error}; {_REMEDY}") from error


def check_finished(now: Mapping[str, Any], then: Provenance, *, out: Path) -> None:
    """Refuses a run in `out` that was made from something else.

    Args:
        now: `Provenance.checked` of what is asked for.
        then: what the run was made from.
        out: the run folder.

    Raises:
        EdgewrightError: naming the differences, five at most.
    """
    found = unlike(now, then.checked(read_labels(RunFolder(out).labels)), where="in the run")
    if found:
        raise EdgewrightError(f"{out} was made from something else ({named(found)}); {_REMEDY}")
