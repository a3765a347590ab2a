"""A run folder around a model that was made elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from edgewright_runtime import atomic
from edgewright_runtime.dataset import Dataset, RejectedFile, TooFewImagesError, read_perhaps_unlabelled, split_dataset
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.hashing import files_of
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.manifest import add_artefacts, describe, read_manifest, verify, versions_of
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import write_splits

from .declaration import Declaration
from .float_models.binary import check_threshold
from .float_models.wrapping import WrappedModel, contract_of, wrapped_model
from .label_lists import listed_labels
from .label_offset import labels_of_outputs
from .origin import STAGE, sha256_now, sha256_of_data, sha256_of_model

_KERAS_SUFFIXES = frozenset({".keras", ".h5", ".hdf5"})


def import_model(
    source: Path,
    out: Path,
    declared: Declaration,
    *,
    data: Path | None,
    seed: int,
    on_left_out: Callable[[RejectedFile], None] = lambda _: None,
    on_note: Callable[[str], None] = lambda _: None,
) -> RunFolder:
    """The run folder, with the model wrapped so that raw pixels go in and probabilities come out.

    Args:
        source: a .keras or .h5 file, or a SavedModel folder.
        out: the run folder to write.
        declared: what the model itself does not tell.
        data: images for the representative dataset and for evaluation: a folder of classes or a CSV file, with any
            number of images of any of the classes, or images without labels. Where none are given, those in the
            splits.csv of an earlier run in `out` stay.
        seed: of the splits.
        on_left_out: called with each file of the data that is not used, such as an unreadable image.
        on_note: called with each thing about the data that was taken for something without being told, as a sentence.

    Raises:
        EdgewrightError: the model, its labels, its data and the declaration do not fit together.
        CheckFailedError: the splits.csv that would stay is not the one that the manifest lists.
    """
    if data is None:
        _check_old_splits(RunFolder(out))
    check_threshold(declared.threshold)
    labels, notes = _labels_of(declared)
    for note in notes:
        on_note(note)
    dataset = None if data is None else _read(data, labels, str(declared.labels))
    rows = () if dataset is None else split_dataset(dataset, seed=seed, every_class=False)
    if dataset is not None:
        for note in dataset.notes:
            on_note(note)
        for file in dataset.rejected:
            on_left_out(file)
    is_keras = is_keras_model(source)
    wrapped = wrapped_model(source, declared, labels, is_keras=is_keras)
    for note in wrapped.notes:
        on_note(note)
    run = RunFolder(atomic.make_folder(out))
    # The other kind of an earlier import would be taken for this model's reference, and its files for this model's.
    run.model.unlink(missing_ok=True)
    shutil.rmtree(run.saved_model, ignore_errors=True)
    run.remove_derived()
    with atomic.atomic_path(run.model if is_keras else run.saved_model) as temporary:
        wrapped.model.save(temporary)
    contract_of(wrapped, declared).save(run.preprocessing)
    write_labels(run.labels, labels)
    written = [run.preprocessing, run.labels, *files_of(run.model if is_keras else run.saved_model)]
    if rows:
        write_splits(run.splits, rows)
        written.append(run.splits)
    origin = _origin(source, declared, data, sha256_of_data(data, dataset), seed)
    _register(run, written, declared, wrapped, origin)
    return run


def _labels_of(declared: Declaration) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One per output, and notes; how many there are is compared with the model afterwards."""
    (labels, notes), offset = listed_labels(declared.labels), declared.label_offset
    if offset:
        labels = labels_of_outputs(labels, offset, len(labels) + offset, where=str(declared.labels))
    return labels, notes


def is_imported(source: Path, out: Path, declared: Declaration, *, data: Path | None, seed: int) -> bool:
    """Whether `out` holds what `import_model` would make of the same: neither the model nor what is declared differs.

    Raises:
        EdgewrightError: there is no model at `source`, or the manifest in `out` is malformed.
    """
    run = RunFolder(out)
    reference = run.model if is_keras_model(source) else run.saved_model / "saved_model.pb"
    entry = read_manifest(out).artefacts.get(reference.relative_to(out).as_posix())
    if entry is None or not reference.is_file():
        return False
    wanted = _origin(source, declared, data, sha256_now(data, out), seed)
    return all(entry.options.get(name) == value for name, value in wanted.items())


def check_unused(out: Path) -> None:
    """Refuses a run folder that holds a model already, trained or converted.

    Raises:
        EdgewrightError: naming the model, and how to replace it.
    """
    present = RunFolder(out).present()
    if present:
        raise EdgewrightError(
            f"{out} holds a model already ({present[0].path}); name another folder with --out, or replace it and all "
            f"that was made from it with --overwrite"
        )


def _origin(
    source: Path, declared: Declaration, data: Path | None, data_sha256: str | None, seed: int
) -> dict[str, Any]:
    """What the manifest keeps of where the model came from: when one of these values changes, it is another import."""
    return {
        "imported_from": source.name,
        "imported_sha256": sha256_of_model(source),
        "declared": declared.as_options(),
        "data": None if data is None else str(data),
        "data_sha256": data_sha256,
        "seed": seed,
    }


def _check_old_splits(run: RunFolder) -> None:
    if not run.splits.is_file():
        return
    try:
        verify(run.splits)
    except CheckFailedError as error:
        raise CheckFailedError(
            f"{run.splits} is not the list of images that manifest.json describes (its SHA-256 differs), so that test "
            f"images may now be among its training images; restore it, delete it, or give the images with --data"
        ) from error


def is_keras_model(source: Path) -> bool:
    """Whether the model is a Keras file, rather than a SavedModel folder.

    Raises:
        EdgewrightError: it is neither.
    """
    if source.is_dir():
        if not (source / "saved_model.pb").is_file():
            raise EdgewrightError(f"{source} is no SavedModel folder (it holds no saved_model.pb)")
        return False
    if not source.is_file():
        raise EdgewrightError(f"No model at {source}; give a .keras, .h5, .tflite or .onnx file or a SavedModel folder")
    if source.suffix.lower() not in _KERAS_SUFFIXES:
        raise EdgewrightError(f"{source} is no model that can be converted; give a .keras or .h5 file or a SavedModel")
    return True


def _read(data: Path, labels: tuple[str, ...], labels_from: str) -> Dataset:
    try:
        return read_perhaps_unlabelled(data, labels=labels, labels_from=labels_from)
    except TooFewImagesError as error:
        raise TooFewImagesError(
            f"{error}; without --data the model is imported all the same, and INT8 takes --calibrate FOLDER"
        ) from error


def _register(
    run: RunFolder, written: Sequence[Path], declared: Declaration, wrapped: WrappedModel, origin: Mapping[str, Any]
) -> None:
    """Lists what this stage wrote, and nothing that it found: whatever else is listed keeps its hash and its origin."""
    options = {
        **origin,
        "channels": "BGR" if declared.normalisation.bgr else "RGB",
        "output": wrapped.output,
    }
    versions = versions_of(("edgewright", "tensorflow", "keras"))
    add_artefacts(
        run.path,
        {
            path.relative_to(run.path).as_posix(): describe(path, stage=STAGE, options=options, versions=versions)
            for path in written
        },
    )
