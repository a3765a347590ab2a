"""What becomes of a run folder that holds a model already: it is refused, kept or overwritten, as the user says."""

from __future__ import annotations

from pathlib import Path

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.manifest import Artefact, read_manifest
from edgewright_runtime.run.run_folder import RunFolder

from .asked import Asked
from .differences import differences
from .record import Provenance, provenance_of

STAGE = "train"
"""In the manifest, of what this package makes."""

_REMEDY = (
    "give another --out, or --overwrite to replace it and what was made from it (to make: another RUN, or OVERWRITE=1)"
)


def check_free(out: Path) -> None:
    """Refuses a folder that holds a model, trained or converted: a new training would replace it.

    Raises:
        EdgewrightError: naming the model.
    """
    present = RunFolder(out).present()
    if present:
        raise EdgewrightError(
            f"{out} holds a model already ({present[0].path}); give another --out, --overwrite to replace it and what "
            f"was made from it, or --if-needed to keep it if it was made from the same"
        )


def kept_run(out: Path, asked: Asked, *, reporter: Reporter) -> str | None:
    """A line saying that the run can stay as it is, and what it was made from; None where there is no run yet.

    Args:
        out: the run folder.
        asked: what was given; what was not is as the run has it.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: the run was made from something else; the sentence names every difference.
    """
    run = RunFolder(out)
    present = run.present()
    if not present:
        return None
    entry = _trained_model(run)
    if entry is None:
        return _kept_unless_asked(out, asked, holds=present[0].path)
    try:
        made = provenance_of(entry)
    except EdgewrightError as error:
        raise EdgewrightError(f"{out} cannot be compared with what was given: {error}; {_REMEDY}") from error
    found = (*_of_file(run, entry), *differences(asked, made, run=run, reporter=reporter))
    if found:
        raise EdgewrightError(f"{out} was made from something else ({'; '.join(found)}); {_REMEDY}")
    return f"{out} is up to date: {_described(made)}."


def _trained_model(run: RunFolder) -> Artefact | None:
    """The manifest's entry of a model.keras that `edgewright train` wrote."""
    entry = read_manifest(run.path).artefacts.get(run.model.name) if run.model.is_file() else None
    return entry if entry is not None and entry.stage == STAGE else None


def _kept_unless_asked(out: Path, asked: Asked, *, holds: str) -> str:
    if asked.names_anything():
        raise EdgewrightError(
            f"{out} holds a model that was not trained there ({holds}), which data and options of a training cannot be "
            f"compared with; leave them out to keep it, or {_REMEDY}"
        )
    return f"{out} is kept as it is; its model ({holds}) was not trained there."


def _of_file(run: RunFolder, entry: Artefact) -> tuple[str, ...]:
    if sha256_of_file(run.model) == entry.sha256:
        return ()
    return (f"model: {run.model.name} is not the file that manifest.json describes",)


def _described(made: Provenance) -> str:
    recipe = "" if made.recipe_name is None else f" with recipe {made.recipe_name}"
    epochs = ",".join(map(str, made.epochs))
    teacher = "" if made.teacher is None else f", teacher {made.teacher.source}"
    return f"trained on {made.data}{recipe}, weights {made.weights.source}{teacher}, epochs {epochs}, seed {made.seed}"
