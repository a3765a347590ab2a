"""What the formats of one run are made from, each loaded when the first format asks for it and kept for the others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.formats import REFERENCE_FORMATS
from edgewright_runtime.hashing import files_of, sha256_of_file
from edgewright_runtime.labels import read_labels
from edgewright_runtime.manifest import verify
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run_folder import RunFolder

from .options import ConvertOptions

if TYPE_CHECKING:
    from .float_model import FloatModel
    from .int8 import Correction
    from .kept_pixels import ReadPixels
    from .representative import RepresentativeDataset
    from .sample import Sample
    from .tflite_metadata import ModelCard

_VERSION_DIGITS = 12


class Sources:
    """A run's float model, contract, labels and representative dataset.

    Attributes:
        on_progress: to be called with how far a long step has come, as a phrase.
    """

    def __init__(
        self, run: RunFolder, options: ConvertOptions, *, on_progress: Callable[[str], None] = lambda _: None
    ) -> None:
        self.run = run
        self.on_progress = on_progress
        self.options = options
        self.labels = read_labels(run.labels)
        self.contract = Preprocessing.load(run.preprocessing)

    @cached_property
    def reference(self) -> Path:
        """The float model's file or folder, compared with the manifest.

        Raises:
            EdgewrightError: the run holds none.
            CheckFailedError: it is not what the manifest says.
        """
        path = self.run.file_of(self.run.reference().name)
        verify(path)
        return path

    @property
    def has_reference(self) -> bool:
        """Whether the run holds its float model."""
        return any(self.run.file_of(name).exists() for name in REFERENCE_FORMATS)

    @cached_property
    def reference_name(self) -> str | None:
        """The float model's path in the run folder; None where the run came without it."""
        return self.reference.relative_to(self.run.path).as_posix() if self.has_reference else None

    @cached_property
    def float_model(self) -> FloatModel:
        """The float model, loaded.

        Raises:
            EdgewrightError: it cannot be loaded, or disagrees with the contract or the labels.
        """
        from .float_model import load_float_model

        model = load_float_model(self.reference)
        contract = self.contract
        if model.input_shape != (contract.height, contract.width, contract.channels):
            raise EdgewrightError(
                f"{self.reference} takes (height, width, channels) {model.input_shape}, but {self.run.preprocessing} "
                f"makes {(contract.height, contract.width, contract.channels)}"
            )
        if model.classes != len(self.labels):
            raise EdgewrightError(
                f"{self.reference} has {model.classes} outputs, but {self.run.labels} names {len(self.labels)} labels"
            )
        return model

    @cached_property
    def representative(self) -> RepresentativeDataset:
        """The representative dataset.

        Raises:
            EdgewrightError: splits.csv has no fit images for it.
        """
        from .representative import representative_dataset

        options = self.options
        return representative_dataset(
            self.run,
            self.contract,
            self.labels,
            size=options.representative_size,
            seed=options.seed,
            keep=options.cache_pixels,
        )

    @property
    def judging(self) -> NDArray[np.uint8]:
        """Pixels that INT8 files are compared on while they are made: neither calibrated nor tested with."""
        return self.judging_read.pixels

    @cached_property
    def judging_read(self) -> ReadPixels:
        """The same, with how they were come by."""
        from .representative import judging_pixels

        return judging_pixels(self.run, self.contract, self.representative, keep=self.options.cache_pixels)

    @cached_property
    def judging_answers(self) -> NDArray[np.float32]:
        """The float model's probabilities for `judging`, shape (n, classes)."""
        if not len(self.judging):
            return np.zeros((0, len(self.labels)), np.float32)
        return self.float_model.probabilities(self.judging)

    @cached_property
    def correction(self) -> Correction:
        """The float model corrected for INT8, on which the INT8 files of all formats rest.

        Raises:
            EdgewrightError: see `float_model` and `representative`.
        """
        from .int8 import Effort, correction_of

        effort = cast("Effort", self.options.int8_effort)
        return correction_of(self.float_model.held, self.representative.pixels, self.judging, effort=effort)

    @cached_property
    def sample(self) -> Sample:
        """A few images to try files on."""
        from .sample import sample_of

        return sample_of(self.run, self.contract)

    @cached_property
    def source_sha256(self) -> str:
        """One hash over the float model, the contract and the labels: when it changes, every format is stale."""
        reference = files_of(self.reference) if self.has_reference else []
        files = [self.run.preprocessing, self.run.labels, *reference]
        lines = "".join(f"{sha256_of_file(path)} {path.relative_to(self.run.path).as_posix()}\n" for path in files)
        return hashlib.sha256(lines.encode()).hexdigest()

    @cached_property
    def card(self) -> ModelCard:
        """What people should know of the model."""
        from .tflite_metadata import ModelCard

        version = self.options.model_version or self.source_sha256[:_VERSION_DIGITS]
        return ModelCard(self.options.model_name, version, self.options.licence)

    def bytes_of(self, format_name: str) -> bytes:
        """The file of a format that was made before.

        Raises:
            EdgewrightError: it is not there.
            CheckFailedError: it is not what the manifest says.
        """
        path = self.run.file_of(format_name)
        verify(path)
        try:
            return path.read_bytes()
        except OSError as error:
            raise EdgewrightError(f"Cannot read {path}: {error.strerror or error}") from error
