"""From an image to labels, with the model's own preprocessing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .backends.base import Backend
from .backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from .backends.input_fit import likely_normalisation, why_not
from .backends.table import backend_for, load
from .errors import EdgewrightError
from .freed_memory import keep_freed_memory
from .preferred import preferred_format
from .preprocessing import Preprocessing, model_input
from .preprocessing.decode import ImageSource
from .preprocessing.decoders import Decoder, decoder_for
from .run import manifest
from .run.contract_inside import check_contract_inside
from .run.formats import FORMATS
from .run.labels import class_names, read_labels
from .run.run_folder import RunFolder, bare_model, open_run
from .run.seal import check_seal
from .run.temperature import Temperature, temperature_in
from .suggestion import quoted

NO_TEMPERATURE = Temperature()

Float = TypeVar("Float", bound=np.floating[Any])


@dataclass(frozen=True)
class Prediction:
    """One label, its probability, 0 to 1, and its class index: labels may repeat, the index does not."""

    label: str
    probability: float
    index: int


@dataclass(frozen=True)
class ModelFiles:
    """What belongs together: a model file, its contract and its labels; and why it was taken, if nobody named it."""

    model: Path
    preprocessing: Path
    labels: Path
    backend: str
    format: str
    why: str = ""


class Classifier:
    """A loaded model with its contract and labels.

    Threads may share one. A .tflite or Keras model answers them in turn, so that one for each thread is faster; .onnx
    files and engines answer several at once.

    Attributes:
        labels: in class order.
        class_names: the labels in class order, with the class index where a label repeats.
        preprocessing: the contract that images go through.
        backend: what runs the model; `backend.library` says which library was taken.
        format: the format's name, or the file's suffix for a file outside a run folder.
        path: the model file.
        why: why that format was taken, as a phrase; empty where it was named.
        temperature: what makes the probabilities of `classify` true; it changes nothing where none was learned.
        decoder: what makes pixels of the images that `classify` is given.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        labels: tuple[str, ...],
        preprocessing: Preprocessing,
        files: ModelFiles,
        temperature: Temperature = NO_TEMPERATURE,
        decoder: str | None = None,
    ) -> None:
        keep_freed_memory()
        self.backend = backend
        self.labels = labels
        self.class_names = class_names(labels)
        self.preprocessing = preprocessing
        self.decoder: Decoder = decoder_for(preprocessing, name=decoder)
        self.format = files.format
        self.path = files.model
        self.why = files.why
        self.temperature = temperature
        _check_fit(self, files)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        format: str | None = None,
        threads: int | None = None,
        calibrated: bool = True,
        labels: Path | None = None,
        preprocessing: Path | None = None,
        acceleration: Acceleration = LIBRARY_DECIDES,
        decoder: str | None = None,
    ) -> Classifier:
        """The classifier in a run folder, or of a model file with preprocessing.json and labels.txt beside or above it.

        Args:
            path: run folder or model file.
            format: which of a run folder's formats; if not given, see `preferred.preferred_format`.
            threads: how many threads inference may use; None leaves it to the library.
            calibrated: whether `classify` applies the temperature in the temperature.json beside the contract, where
                there is one. Without it probabilities are the model file's own.
            labels: in place of the labels.txt that lies there.
            preprocessing: in place of the preprocessing.json that lies there.
            acceleration: a delegate or execution providers to run it with.
            decoder: what `classify` decodes images with, `fast` or `pillow`; if not given, see `decoders.decoder_for`.

        Raises:
            EdgewrightError: something is missing, malformed, or does not fit together.
            CheckFailedError: the model file is not what the manifest says.
            MissingDependencyError: the library that runs this format is not installed, or what `acceleration` names is
                not here.
        """
        files = find_model(
            Path(path),
            format_name=format,
            threads=threads,
            labels=labels,
            preprocessing=preprocessing,
            acceleration=acceleration,
        )
        if preprocessing is None and manifest.manifest_folder(files.model) is None:
            contract = Preprocessing.load(files.preprocessing)
            check_contract_inside(files.model, files.preprocessing, contract.to_dict())
        temperature = temperature_in(files.preprocessing.parent) if calibrated else NO_TEMPERATURE
        return cls.from_files(
            files, threads=threads, temperature=temperature, acceleration=acceleration, decoder=decoder
        )

    @classmethod
    def from_files(
        cls,
        files: ModelFiles,
        *,
        threads: int | None = None,
        temperature: Temperature = NO_TEMPERATURE,
        acceleration: Acceleration = LIBRARY_DECIDES,
        decoder: str | None = None,
    ) -> Classifier:
        """The classifier made of exactly these files.

        Raises:
            EdgewrightError: as `open`.
        """
        labels = read_labels(files.labels)
        preprocessing = Preprocessing.load(files.preprocessing)
        manifest.verify(files.model, files.labels, files.preprocessing)
        if manifest.manifest_folder(files.model) is None:
            check_seal(files.model)
        backend = load(files.model, backend=files.backend, threads=threads, acceleration=acceleration)
        return cls(
            backend,
            labels=labels,
            preprocessing=preprocessing,
            files=files,
            temperature=temperature,
            decoder=decoder,
        )

    def classify(self, image: ImageSource, *, top_k: int | None = None) -> list[Prediction]:
        """The labels with their probabilities, best first; the temperature is applied.

        Args:
            image: anything that `Preprocessing.apply` takes.
            top_k: how many; None for all.

        Raises:
            ImageReadError: the image cannot be read.
        """
        given = self.probabilities(self.decoder.apply(image)[np.newaxis])[0]
        return self.ranked(self.temperature.applied_to(given), top_k=top_k)

    def classify_many(self, images: Iterable[ImageSource], *, top_k: int | None = None) -> list[list[Prediction]]:
        """`classify` of each image, in order."""
        return [self.classify(image, top_k=top_k) for image in images]

    def probabilities(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Class probabilities, shape (n, classes), of raw pixels of shape (n, height, width, channels).

        They are the model file's own: no temperature is applied.
        """
        outputs = self.backend.probabilities(model_input(pixels, self.preprocessing))
        if not np.isfinite(outputs).all():
            raise EdgewrightError(f"{self.path} gives NaN or infinity; it may be damaged, so convert or copy it again")
        return softmax(outputs) if self.preprocessing.output == "logits" else outputs

    def ranked(self, probabilities: NDArray[np.float32], *, top_k: int | None = None) -> list[Prediction]:
        """One image's probabilities, shape (classes,), as predictions, best first; equal ones in class order."""
        order = np.argsort(-probabilities, kind="stable")[:top_k]
        return [Prediction(self.labels[index], float(probabilities[index]), int(index)) for index in order]


def softmax(logits: NDArray[Float]) -> NDArray[Float]:
    """The probabilities that logits of shape (n, classes) stand for, of the same shape."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[Float] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def find_model(
    path: Path,
    *,
    format_name: str | None = None,
    threads: int | None = None,
    labels: Path | None = None,
    preprocessing: Path | None = None,
    acceleration: Acceleration = LIBRARY_DECIDES,
) -> ModelFiles:
    """Where the model, contract and labels lie; labels and contract that are given need not lie beside it.

    Raises:
        EdgewrightError: one of them is not there.
    """
    path = path if format_name is not None else bare_model(path) or path
    if path.is_dir() and not (path / "saved_model.pb").is_file():
        found = _in_run(open_run(path), format_name, threads, acceleration)
        return replace(found, labels=labels or found.labels, preprocessing=preprocessing or found.preprocessing)
    if not path.exists():
        raise EdgewrightError(f"No model or run folder at {path}")
    if format_name is not None:
        raise EdgewrightError(f"{path} is one model file, so its format is known; --format goes with a run folder")
    return _beside(path, labels, preprocessing)


def _in_run(run: RunFolder, format_name: str | None, threads: int | None, acceleration: Acceleration) -> ModelFiles:
    preferred = None
    if format_name is None:
        preferred = preferred_format(run, threads=threads, acceleration=acceleration)
    if preferred is not None:
        format_name = preferred.format
    if format_name is None and acceleration.asked and run.present():
        raise EdgewrightError(f"{run.path} holds no model that takes {', '.join(acceleration.asked)}")
    if format_name is None:
        raise EdgewrightError(f"{run.path} holds no model; make one with: edgewright convert {quoted(run.path)}")
    model = run.file_of(format_name)
    if not model.exists():
        present = ", ".join(row.name for row in run.present()) or "nothing"
        raise EdgewrightError(
            f"{run.path} has no {format_name} model (it has {present}); make it with: "
            f"edgewright convert {quoted(run.path)} --to {format_name}"
        )
    backend = next(row.backend for row in FORMATS if row.name == format_name)
    why = "" if preferred is None else preferred.why
    return ModelFiles(model, run.preprocessing, run.labels, backend, format_name, why)


def _beside(model: Path, labels: Path | None, preprocessing: Path | None) -> ModelFiles:
    backend = backend_for(model)
    # Made absolute, not resolved: a link to a model belongs to the folder that it lies in.
    absolute = model.absolute()
    preprocessing = preprocessing or _nearest(absolute, "preprocessing.json")
    labels = labels or _nearest(absolute, "labels.txt")
    in_run = next((row.name for row in FORMATS if absolute.as_posix().endswith("/" + row.path)), model.suffix)
    return ModelFiles(model, preprocessing, labels, backend, in_run)


_HOW_TO_SAY = {
    "preprocessing.json": "name one with --preprocessing, or have what it wants of pixels found out: edgewright import "
    "{model} --data photos/ --find-contract --out RUN",
    "labels.txt": "name one with --labels",
}


def _nearest(model: Path, name: str) -> Path:
    for folder in list(model.parents)[:2]:
        if (folder / name).is_file():
            return folder / name
    remedy = _HOW_TO_SAY[name].format(model=quoted(model))
    raise EdgewrightError(f"{model} has no {name} beside it or one folder above; {remedy}")


def _check_fit(classifier: Classifier, files: ModelFiles) -> None:
    contract, backend = classifier.preprocessing, classifier.backend
    wanted = (contract.height, contract.width, contract.channels)
    given = backend.input.shape[1:]
    if len(given) != 3 or any(size not in {None, want} for size, want in zip(given, wanted, strict=True)):
        raise EdgewrightError(
            f"{files.model} takes images of shape {_shape(given)}, but {files.preprocessing} makes {_shape(wanted)}"
        )
    reason = why_not(backend.input, contract)
    if reason is not None:
        raise EdgewrightError(f"{files.model} {reason}{_remedy(classifier, files)}")
    outputs = backend.output.shape[-1]
    if outputs == 1 and len(classifier.labels) == 2:
        raise EdgewrightError(
            f"{files.model} has one output for two labels; `edgewright import` takes such a Keras model or SavedModel, "
            f"and gives it an output per label"
        )
    if len(backend.output.shape) != 2 or outputs not in {None, len(classifier.labels)}:
        raise EdgewrightError(
            f"{files.model} has {outputs} output(s), but {files.labels} has {len(classifier.labels)} label(s); "
            f"give the labels that it was trained with"
        )


def _remedy(classifier: Classifier, files: ModelFiles) -> str:
    """Where the contract does not fit the input: what it makes, and the command that gives the file one that fits."""
    likely = likely_normalisation(classifier.backend.input)
    is_raw = classifier.preprocessing.normalisation.applied_by == "graph"
    by = f"but {files.preprocessing} makes values from 0 to 255" if is_raw else f"by {files.preprocessing}"
    how = f"--normalisation {likely}" if likely else "--find-contract --data PHOTOS"
    return (
        f", {by}; take the file in with: edgewright import {quoted(files.model)} --labels {quoted(files.labels)} {how} "
        f"--out RUN"
    )


def _shape(sizes: tuple[int | None, ...]) -> str:
    return " x ".join("?" if size is None else str(size) for size in sizes)
