"""What a training that ended in an error leaves to be read."""

from __future__ import annotations

from pathlib import Path

from edgewright_runtime.atomic import make_folder, write_text
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder

from ..fitting.supervising.callbacks import DivergedError
from .finding import Diagnosis
from .report import FILE_NAME, diagnosis_json
from .trained.curves import diverged


def leave_diagnosis(error: EdgewrightError, out: Path) -> None:
    """Writes doctor.json where a training diverged; a model that is there already keeps its own."""
    if isinstance(error, DivergedError) and not RunFolder(out).model.exists():
        make_folder(out)
        write_text(out / FILE_NAME, diagnosis_json(Diagnosis(tuple(diverged(str(error))))))
