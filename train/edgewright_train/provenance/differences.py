"""What a user asks for that a run was not made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgewright_runtime.console import Reporter
from edgewright_runtime.dataset.fingerprint import DataFile, digest, files_now
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.suggestion import named

from ..network import WEIGHTS_BY_NAME
from ..recipes import Recipe, load_recipe
from ..teacher import teacher_file
from .asked import Asked
from .changed_data import changes_in
from .record import Provenance

_HASHES = Path("cache", "data-hashes.json")
_FIELDS_OF_CHANGES = {
    "epochs": ("head_phase.epochs", "fine_tune.epochs", "from_scratch.epochs"),
    "input_size": ("input_size",),
    "alpha": ("alpha",),
    "sparsity": ("pruning.sparsity",),
}


def differences(asked: Asked, made: Provenance, *, run: RunFolder, reporter: Reporter) -> tuple[str, ...]:
    """One part of a sentence per difference; none where all that was given is what the run was made from.

    What was not given is as the run has it. Only the data set is looked at all the same, where it is still in its
    place.

    Raises:
        EdgewrightError: what was given is missing or is not what it must be.
    """
    return (
        *_of_data(asked, made, run, reporter),
        *_of_recipe(asked, made),
        *_of_changes(asked, made),
        *_of_weights(asked, made),
        *_of_seed(asked, made),
        *_of_labels(asked, run),
        *_of_teacher(asked, made),
        *_of_determinism(asked, made),
    )


def _of_data(asked: Asked, made: Provenance, run: RunFolder, reporter: Reporter) -> Iterator[str]:
    trained_on = Path(made.data)
    source = asked.data or trained_on
    if asked.data is None and not source.exists():
        return

    files = _files(source, run, reporter)
    if digest(files) != made.data_sha256:
        instead = "" if source == trained_on else f", given in place of {trained_on},"
        yield f"data: {source}{instead} {changes_in(files, run=run, trained_on=trained_on)}"


def data_digest(data: Path, out: Path, reporter: Reporter) -> str:
    """Of the data set's files as they are now, to compare with the one that the run in `out` was made from.

    Args:
        data: a folder of classes or a CSV file.
        out: the run folder, which keeps the hashes of files that have not changed since.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: the data set is not there or cannot be read.
    """
    return digest(_files(data, RunFolder(out), reporter))


def _files(source: Path, run: RunFolder, reporter: Reporter) -> tuple[DataFile, ...]:
    def step(done: int, total: int) -> None:
        reporter.step("looking for changes in the data set", done, total)

    files = files_now(source, kept_in=run.path / _HASHES, on_progress=step)
    reporter.finish()
    return files


def _of_recipe(asked: Asked, made: Provenance) -> Iterator[str]:
    if asked.recipe is None:
        return
    now, then = flat(asdict(_recipe_of(asked.recipe, asked, made))), flat(made.recipe)
    told_apart = {field for name in asked.changes.given() for field in _FIELDS_OF_CHANGES[name]}
    other = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
    other = [name for name in other if name not in told_apart]
    if other and made.recipe_name not in {None, asked.recipe}:
        yield _given("recipe", asked.recipe, made.recipe_name)
    elif other:
        values = named(f"{name} {now.get(name)} for {then.get(name)}" for name in other)
        yield f"recipe: {asked.recipe} has now {values}"


def _recipe_of(name: str, asked: Asked, made: Provenance) -> Recipe:
    """The recipe as it would be trained now: with the run's changes of its values where none are given."""
    recipe = load_recipe(name)
    try:
        return asked.changes.over(made.recipe_changes).applied_to(recipe)
    except EdgewrightError:  # another recipe, then, in which the run's changes have no place
        return recipe


def _of_changes(asked: Asked, made: Provenance) -> Iterator[str]:
    changes = asked.changes
    if changes.epochs is not None and not _same_epochs(changes.epochs, made):
        yield _given("epochs", _pair(changes.epochs), _pair(made.epochs))
    if changes.input_size not in {None, made.recipe["input_size"]}:
        yield _given("size", changes.input_size, made.recipe["input_size"])
    if changes.alpha not in {None, made.weights.alpha}:
        yield _given("alpha", changes.alpha, made.weights.alpha)
    sparsity = made.recipe.get("pruning", {}).get("sparsity", 0.0)
    if changes.sparsity not in {None, sparsity}:
        yield _given("prune", changes.sparsity, sparsity)


def _same_epochs(given: tuple[int, int], made: Provenance) -> bool:
    # A backbone without weights is trained in one phase: the head's epochs are not used.
    return given[1] == made.epochs[1] and (made.from_scratch or given[0] == made.epochs[0])


def _of_weights(asked: Asked, made: Provenance) -> Iterator[str]:
    given, used = asked.weights, made.weights
    if given is None or given == used.source in WEIGHTS_BY_NAME:
        return
    path = Path(given)
    if given in WEIGHTS_BY_NAME or not path.is_file():
        yield _given("weights", given, used.source)
    elif sha256_of_file(path) != used.sha256:
        yield (
            f"weights: the content of {given} has changed" if given == used.source
            else _given("weights", given, used.source)
        )  # fmt: skip


def _of_seed(asked: Asked, made: Provenance) -> Iterator[str]:
    if asked.seed not in {None, made.seed}:
        yield _given("seed", asked.seed, made.seed)


def _of_labels(asked: Asked, run: RunFolder) -> Iterator[str]:
    if asked.labels is not None and read_labels(asked.labels) != read_labels(run.labels):
        yield f"labels: {asked.labels} has others than {run.labels}, or another order"


def _of_teacher(asked: Asked, made: Provenance) -> Iterator[str]:
    if asked.teacher is None:
        return
    if made.teacher is None:
        yield f"teacher: {asked.teacher} given, none in the run"
    elif teacher_file(asked.teacher).sha256 != made.teacher.sha256:
        yield (
            f"teacher: {asked.teacher} holds another model now" if asked.teacher == made.teacher.source
            else _given("teacher", asked.teacher, made.teacher.source)
        )  # fmt: skip


def _of_determinism(asked: Asked, made: Provenance) -> Iterator[str]:
    if asked.deterministic and not made.deterministic:
        yield "deterministic: asked for, and the run is not"


def _given(name: str, now: object, then: object) -> str:
    return f"{name}: {now} given, {then} in the run"


def _pair(epochs: tuple[int, int]) -> str:
    return f"{epochs[0]},{epochs[1]}"


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The table with dotted names in place of the tables in it, its values as JSON has them."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = json.loads(json.dumps(value))
    return found
