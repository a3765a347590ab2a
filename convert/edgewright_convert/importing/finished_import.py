"""A run folder around a finished model file, which is run as it is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime import atomic
from edgewright_runtime.backends.base import Backend, Tensor
from edgewright_runtime.backends.input_fit import input_range
from edgewright_runtime.dataset import Dataset, read_perhaps_unlabelled, split_dataset
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.formats import REFERENCE_FORMATS
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.manifest import add_artefacts, describe, versions_of
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import write_splits

from .contract_search import BareModel
from .declared import Declared
from .model_checks import OUTPUTS, output_kind, probe_images
from .origin import STAGE, origin_of_finished, sha256_of_data

_MOST = 0.5  # of the tensors: weights alone are fewer


@dataclass(frozen=True)
class FinishedModel:
    """A finished file, and all that belongs to it.

    Attributes:
        source: the file.
        format: its row in the table of formats.
        contract: how photographs become its input.
        labels: one for each of its outputs.
    """

    source: Path
    format: str
    contract: Preprocessing
    labels: tuple[str, ...]


def format_of(source: Path, backend: Backend) -> str:
    """The format that a finished file is of, by its weights and what it computes in."""
    kind = _tflite_kind(backend) if source.suffix.lower() == ".tflite" else _onnx_kind(source, backend)
    return f"{source.suffix.lower().lstrip('.')}-{kind}"


def _tflite_kind(backend: Any) -> str:
    if not backend.input.dtype.startswith("float"):
        return "int8"
    types = backend.tensor_types()
    integers = sum(name in {"int8", "uint8"} for name in types)
    if integers > _MOST * len(types):
        return "int8"
    return "dynamic" if integers else "fp16" if "float16" in types else "fp32"


def _onnx_kind(source: Path, backend: Backend) -> str:
    if b"QuantizeLinear" in source.read_bytes():
        return "int8"
    return "fp16" if backend.input.dtype == "float16" else "fp32"


def kind_of_output(model: BareModel, output: Tensor, *, declared: str | None, contract: Preprocessing) -> str:
    """`probabilities` or `logits`: as declared, else by the range of a quantized output, else by what comes out.

    Raises:
        EdgewrightError: the declaration is wrong, or the outputs are neither.
    """
    found = input_range(output)
    if found is None or declared is not None:
        return output_kind(
            model.path,
            declared=declared,
            activation=None if declared is None or found is None else "softmax",
            outputs_of=lambda images: _raw_outputs(model, images, contract),
            images=probe_images(model.shape),
        )
    return OUTPUTS[0] if found[0] >= 0 and found[1] <= 1.01 else OUTPUTS[1]


def _raw_outputs(model: BareModel, images: NDArray[np.uint8], contract: Preprocessing) -> NDArray[np.float32]:
    from edgewright_runtime.preprocessing import model_input

    return model.run(model_input(images, contract))


def import_finished(model: FinishedModel, out: Path, declared: Declared) -> tuple[RunFolder, Dataset | None]:
    """The run folder, and its images if any were declared.

    Raises:
        EdgewrightError: the data does not fit the labels, or `out` cannot be written.
    """
    dataset, data = None, declared.data
    if data is not None:
        dataset = read_perhaps_unlabelled(data, labels=model.labels, labels_from="the model's labels")
    run = RunFolder(atomic.make_folder(out))
    # A float model that was there before would be taken for this one's reference.
    for name in REFERENCE_FORMATS:
        _remove(run.file_of(name))
    run.remove_derived()
    file = run.file_of(model.format)
    with atomic.atomic_path(file) as temporary:
        shutil.copyfile(model.source, temporary)
    model.contract.save(run.preprocessing)
    write_labels(run.labels, model.labels)
    written = [file, run.preprocessing, run.labels]
    if dataset is not None:
        write_splits(run.splits, split_dataset(dataset, seed=declared.seed, every_class=False))
        written.append(run.splits)
    options = origin_of_finished(model.source, declared, sha256_of_data(data, dataset))
    entries = {
        path.relative_to(run.path).as_posix(): describe(
            path, stage=STAGE, options=options, versions=versions_of(("edgewright",))
        )
        for path in written
    }
    add_artefacts(run.path, entries)
    return run, dataset


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def check_labels(source: Path, labels: tuple[str, ...] | None) -> tuple[str, ...]:
    """The labels, where there are any.

    Raises:
        EdgewrightError: there are none.
    """
    if labels is None:
        raise EdgewrightError(f"{source} holds no labels; give them with --labels FILE, one per line")
    return labels
