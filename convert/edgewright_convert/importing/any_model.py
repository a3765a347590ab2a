"""A model file from anywhere becomes a run folder, its contract declared, read from the file, or found by trying."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from edgewright_runtime.backends.input_fit import likely_normalisation, why_not_raw
from edgewright_runtime.dataset import RejectedFile
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, DeclaredNormalisation, normalisation_named
from edgewright_runtime.run.run_folder import RunFolder

from .contract_finding import (
    OnStep,
    Subject,
    declared_with,
    doubts_about_declared,
    found_contract,
    known_of,
)
from .contract_search import BareModel, Candidate, Found, Geometry, Known, Values, contract_for
from .declared import Declared
from .finished_import import FinishedModel, check_labels, format_of, import_finished, kind_of_output
from .label_lists import listed_labels, without_numbers
from .model_import import import_model, is_imported, is_keras_model
from .opening import bare_finished, bare_float_model, is_finished, opened_backend
from .origin import holds_finished, holds_found, said_in
from .tflite_labels import labels_inside


@dataclass(frozen=True)
class Imported:
    """What an import came to.

    Attributes:
        run: the run folder.
        found: what the search for the contract came to, where one was asked for.
        notes: what to know, a sentence each.
        doubts: what speaks against what was declared, a sentence each.
        rejected: files of the data that were left out.
    """

    run: RunFolder
    found: Found | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    rejected: tuple[RejectedFile, ...] = ()

    @property
    def contract(self) -> Preprocessing:
        """The contract in the run folder."""
        return Preprocessing.load(self.run.preprocessing)


def import_any(source: Path, out: Path, declared: Declared, *, on_step: OnStep = lambda _: None) -> Imported:
    """The run folder around the model.

    Args:
        source: a .keras or .h5 file, a SavedModel folder, or a .tflite or .onnx file, which is run as it is.
        out: the run folder to write.
        declared: what was said about the model.
        on_step: told what is done.

    Raises:
        EdgewrightError: the model, its labels, its data and what was declared do not fit together.
    """
    if declared.find_contract and declared.data is None:
        raise EdgewrightError("--find-contract tries contracts on photographs; give them with --data FOLDER")
    return (
        _finished(source, out, declared, on_step)
        if is_finished(source)
        else _float_model(source, out, declared, on_step)
    )


def is_there(source: Path, out: Path, declared: Declared) -> bool:
    """Whether `out` holds what `import_any` would make of the same.

    Raises:
        EdgewrightError: there is no model at `source`, or the manifest in `out` is malformed.
    """
    if is_finished(source):
        return holds_finished(source, out, declared)
    if declared.find_contract:
        return holds_found(source, out, declared)
    return is_imported(source, out, declared.declaration(), data=declared.data, seed=declared.seed)


def _finished(source: Path, out: Path, declared: Declared, on_step: OnStep) -> Imported:
    backend = opened_backend(source)
    model = bare_finished(source, backend, size=declared.size)
    listed, notes = _listed(source, declared.labels)
    subject = Subject(model, listed, str(declared.labels or source))
    outcome = None
    if declared.find_contract and declared.data is not None:
        outcome = found_contract(subject, declared.data, declared, on_step)
        candidate, more = outcome.found.best.candidate, outcome.notes
    else:
        candidate, more = _candidate_of(subject, known_of(declared))
    labels = subject.labels_of_outputs(candidate)
    contract = contract_for(candidate.values, candidate.geometry, model.shape)
    contract = replace(
        contract, output=kind_of_output(model, backend.output, declared=declared.output, contract=contract)
    )
    finished = FinishedModel(source, format_of(source, backend), contract, labels)
    run, dataset = import_finished(finished, out, declared)
    doubts = outcome.doubts if outcome else doubts_about_declared(subject, declared.data, candidate, on_step)
    found, rejected = outcome.found if outcome else None, () if dataset is None else dataset.rejected
    notes = (*backend.notes, *notes, *more, *(() if dataset is None else dataset.notes))
    return Imported(run, found, tuple(dict.fromkeys(notes)), doubts, rejected)


def _listed(source: Path, labels: Path | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels that are given, else those inside the file; and notes."""
    if labels is not None:
        return listed_labels(labels)
    return without_numbers(check_labels(source, labels_inside(source)), source)


def _candidate_of(subject: Subject, known: Known) -> tuple[Candidate, tuple[str, ...]]:
    """As declared, else as the file itself says; and notes."""
    values, notes = _values_of(subject.model, known)
    return Candidate(values, known.geometry or Geometry(), _offset(subject, known)), notes


def _values_of(model: BareModel, known: Known) -> tuple[Values, tuple[str, ...]]:
    """As declared, else as the file itself says.

    Raises:
        EdgewrightError: neither says it.
    """
    order = known.channel_order or "RGB"
    if known.normalisation is not None:
        return Values(replace(known.normalisation, bgr=False), order), ()
    stated, likely = model.input.stated_normalisation is not None, likely_normalisation(model.input)
    if likely is not None and (stated or likely == "raw"):
        said = "metadata says" if stated and not model.input.scale else "input holds"
        return Values(_named(likely), order), (f"{model.path} is taken to want {likely} pixels, as its {said}.",)
    if model.input.scale and why_not_raw(model.input) is None:
        return Values(NORMALISATIONS["raw"], order), ()
    hint = f" (its input speaks for {likely})" if likely else ""
    raise EdgewrightError(
        f"{model.path} does not say what it wants of pixels{hint}; say it with --normalisation NAME, one of "
        f"{', '.join(NORMALISATIONS)} or SCALE,OFFSET, or have it found with --find-contract --data PHOTOS"
    )


def _named(text: str) -> DeclaredNormalisation:
    return replace(normalisation_named(text), bgr=False)


def _offset(subject: Subject, known: Known) -> int:
    outputs, labels = subject.model.outputs, len(subject.labels)
    if known.label_offset is not None or outputs == labels:
        return known.label_offset or 0
    raise EdgewrightError(
        f"{subject.model.path} has {outputs} outputs, but {subject.labels_from} names {labels} labels; say at which "
        f"output the first label is with --label-offset N (1 where a background comes first), or have it found with "
        f"--find-contract --data PHOTOS"
    )


def _float_model(source: Path, out: Path, declared: Declared, on_step: OnStep) -> Imported:
    is_keras, outcome = is_keras_model(source), None
    if declared.find_contract and declared.data is not None:
        subject = _float_subject(source, declared, is_keras=is_keras)
        outcome = found_contract(subject, declared.data, declared, on_step)
        filled = declared_with(declared, outcome.found.best.candidate)
        declaration = replace(filled.declaration(), said=said_in(declared))
    else:
        declaration = declared.declaration()
    rejected: list[RejectedFile] = []
    more: list[str] = []
    run = import_model(
        source,
        out,
        declaration,
        data=declared.data,
        seed=declared.seed,
        on_left_out=rejected.append,
        on_note=more.append,
    )
    if outcome is not None:
        notes = tuple(dict.fromkeys((*outcome.notes, *more)))
        return Imported(run, outcome.found, notes, outcome.doubts, tuple(rejected))
    doubts = _doubts_about_float(source, declared, is_keras, on_step)
    return Imported(run, None, tuple(dict.fromkeys(more)), doubts, tuple(rejected))


def _float_subject(source: Path, declared: Declared, *, is_keras: bool) -> Subject:
    if declared.labels is None:
        raise EdgewrightError("A model made elsewhere needs --labels FILE, one label per line")
    model = bare_float_model(source, size=declared.size, is_keras=is_keras)
    return Subject(model, listed_labels(declared.labels)[0], str(declared.labels))


def _doubts_about_float(source: Path, declared: Declared, is_keras: bool, on_step: OnStep) -> tuple[str, ...]:
    if declared.data is None:
        return ()
    subject, declaration = _float_subject(source, declared, is_keras=is_keras), declared.declaration()
    if declaration.threshold is not None:
        return ()  # of its two labels, not the likelier is taken
    normalisation = declaration.normalisation
    values = Values(replace(normalisation, bgr=False), "BGR" if normalisation.bgr else "RGB")
    geometry = Geometry(declaration.resize_method, declaration.crop_fraction, declaration.interpolation)
    candidate = Candidate(values, geometry, declaration.label_offset)
    return doubts_about_declared(subject, declared.data, candidate, on_step)
