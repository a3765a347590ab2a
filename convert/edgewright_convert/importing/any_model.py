"""A model file from anywhere becomes a run folder, its contract declared, read from the file, or found by trying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edgewright_runtime.backends.input_fit import likely_normalisation, why_not_raw
from edgewright_runtime.dataset import RejectedFile
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, DeclaredNormalisation, normalisation_named
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.run_folder import RunFolder

from .contract_search import (
    BareModel,
    Candidate,
    Found,
    Geometry,
    Known,
    Values,
    contract_for,
    doubts_about,
    photographs_of,
    search,
)
from .declaration import Declaration
from .declared import Declared
from .finished_import import FinishedModel, check_labels, format_of, import_finished, kind_of_output
from .label_offset import labels_of_outputs
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


def import_any(
    source: Path, out: Path, declared: Declared, *, on_step: Callable[[str], None] = lambda _: None
) -> Imported:
    """The run folder around the model.

    Args:
        source: a .keras or .h5 file, a SavedModel folder, or a .tflite or .onnx file, which is run as it is.
        out: the run folder to write.
        declared: what was said about the model.
        on_step: told what is done.

    Raises:
        EdgewrightError: the model, its labels, its data and what was declared do not fit together.
    """
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


def known_of(declared: Declared) -> Known:
    """What was declared, for a search of the rest."""
    normalisation = None if declared.normalisation is None else normalisation_named(declared.normalisation)
    order = declared.channel_order
    if order is None and normalisation is not None:
        order = "BGR" if normalisation.bgr else "RGB"
    return Known(normalisation, order, _geometry(declared), declared.label_offset)


def _geometry(declared: Declared) -> Geometry | None:
    """None where nothing is said of it."""
    said = (declared.resize, declared.crop_fraction, declared.interpolation)
    if all(each is None for each in said):
        return None
    usual = Geometry()
    return Geometry(
        declared.resize or usual.resize_method,
        usual.crop_fraction if declared.crop_fraction is None else declared.crop_fraction,
        declared.interpolation or usual.interpolation,
    )


def _finished(source: Path, out: Path, declared: Declared, on_step: Callable[[str], None]) -> Imported:
    backend = opened_backend(source)
    model = bare_finished(source, backend, size=declared.size)
    inside = labels_inside(source) if declared.labels is None else None
    listed = read_labels(declared.labels) if declared.labels is not None else check_labels(source, inside)
    where = str(declared.labels or source)
    known, notes = known_of(declared), backend.notes
    found = None
    if declared.find_contract:
        found, more = _searched(model, declared, listed, where, known, on_step)
        candidate, notes = found.best.candidate, (*notes, *more, *found.doubts)
    else:
        values, more = _values_of(model, known)
        candidate = Candidate(values, known.geometry or Geometry(), _offset(model, listed, known, where))
        notes = (*notes, *more)
    labels = labels_of_outputs(listed, candidate.label_offset, model.outputs, where=str(source))
    contract = contract_for(candidate.values, candidate.geometry, model.shape)
    contract = replace(
        contract, output=kind_of_output(model, backend.output, declared=declared.output, contract=contract)
    )
    finished = FinishedModel(source, format_of(source, backend), contract, labels)
    run, dataset = import_finished(finished, out, declared)
    notes = notes if dataset is None else (*notes, *(note for note in dataset.notes if note not in notes))
    doubts = _doubts(model, declared, listed, where, candidate, labels, on_step) if found is None else ()
    return Imported(run, found, notes, doubts, () if dataset is None else dataset.rejected)


def _searched(
    model: BareModel,
    declared: Declared,
    labels: tuple[str, ...],
    where: str,
    known: Known,
    on_step: Callable[[str], None],
) -> tuple[Found, tuple[str, ...]]:
    if declared.data is None:
        raise EdgewrightError("--find-contract tries contracts on photographs; give them with --data FOLDER")
    photographs, notes = photographs_of(declared.data, labels, labels_from=where)
    return search(model, photographs, labels=len(labels), known=known, on_step=on_step), notes


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


def _offset(model: BareModel, labels: tuple[str, ...], known: Known, where: str) -> int:
    if known.label_offset is not None or model.outputs == len(labels):
        return known.label_offset or 0
    raise EdgewrightError(
        f"{model.path} has {model.outputs} outputs, but {where} names {len(labels)} labels; say at which output the "
        f"first label is with --label-offset N (1 where a background comes first), or have it found with "
        f"--find-contract --data PHOTOS"
    )


def _float_model(source: Path, out: Path, declared: Declared, on_step: Callable[[str], None]) -> Imported:
    known, found = known_of(declared), None
    notes: tuple[str, ...] = ()
    is_keras = is_keras_model(source)
    if declared.find_contract:
        if declared.labels is None:
            raise EdgewrightError("A model made elsewhere needs --labels FILE, one label per line")
        model = bare_float_model(source, size=declared.size, is_keras=is_keras)
        labels = read_labels(declared.labels)
        found, notes = _searched(model, declared, labels, str(declared.labels), known, on_step)
        notes = (*notes, *found.doubts)
    declaration = declared.declaration() if found is None else _declaration_of(declared, found)
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
    doubts: tuple[str, ...] = ()
    if found is None and declared.data is not None:
        doubts = _doubts_about_float(source, declared, declaration, is_keras, on_step)
    return Imported(run, found, tuple(dict.fromkeys((*notes, *more))), doubts, tuple(rejected))


def _declaration_of(declared: Declared, found: Found) -> Declaration:
    candidate = found.best.candidate
    filled = replace(
        declared,
        normalisation=candidate.values.normalisation.name,
        channel_order=candidate.values.channel_order,
        resize=candidate.geometry.resize_method,
        crop_fraction=candidate.geometry.crop_fraction,
        interpolation=candidate.geometry.interpolation,
        label_offset=candidate.label_offset,
    )
    return replace(filled.declaration(), said=said_in(declared))


def _doubts_about_float(
    source: Path, declared: Declared, declaration: Declaration, is_keras: bool, on_step: Callable[[str], None]
) -> tuple[str, ...]:
    labels = read_labels(declaration.labels)
    model = bare_float_model(source, size=declared.size, is_keras=is_keras)
    if model.outputs == 1:
        return ()  # one output for two labels has no greatest value to compare
    normalisation = declaration.normalisation
    values = Values(replace(normalisation, bgr=False), "BGR" if normalisation.bgr else "RGB")
    geometry = Geometry(declaration.resize_method, declaration.crop_fraction, declaration.interpolation)
    candidate = Candidate(values, geometry, declaration.label_offset)
    ordered = labels_of_outputs(labels, declaration.label_offset, model.outputs, where=str(source))
    return _doubts(model, declared, labels, str(declaration.labels), candidate, ordered, on_step)


def _doubts(
    model: BareModel,
    declared: Declared,
    listed: tuple[str, ...],
    where: str,
    candidate: Candidate,
    labels: tuple[str, ...],
    on_step: Callable[[str], None],
) -> tuple[str, ...]:
    if declared.data is None:
        return ()
    photographs, _ = photographs_of(declared.data, listed, labels_from=where)
    return doubts_about(model, photographs, candidate, labels, on_step=on_step)
