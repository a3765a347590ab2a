"""A data set and a recipe looked at before a training: what is wrong, and what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.dataset import TooFewImagesError, list_files, read_dataset, split_dataset
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import Capture, quietened
from edgewright_runtime.optional_imports import import_optional
from edgewright_runtime.run.splits import SplitRow

from .data import fixed_labels
from .data.pixels import decoded
from .diagnosis import ERROR, Diagnosis, Finding, examined
from .diagnosis.data.seen import DataSeen
from .diagnosis.finding import together
from .diagnosis.sample import sampled_rows
from .diagnosis.tables import DATA_CHECKS, WITHOUT_NETWORK
from .network import IMAGENET, NONE, StartingWeights, backbone_named, starting_weights
from .network.weights import backbone_of_file
from .recipes import Recipe, load_recipe

if TYPE_CHECKING:
    from edgewright_runtime.dataset import Dataset

DEFAULT_RECIPE = "flowers"


@dataclass(frozen=True)
class DoctorOptions:
    """What the doctor is told; the fields are the options of `edgewright doctor`.

    Attributes:
        recipe: a recipe, the name of a packaged one, or the path of a .toml file.
        weights: what the backbone starts from, `imagenet`, `none` or a file, in place of the recipe's.
        seed: of the split and the first weights.
        labels: file with the classes in their order.
        model: a trained classifier to look at in place of a recipe's network: a run folder, or a Keras file that takes
            pixels from 0 to 255.
        data_only: whether the network is left out, which needs no TensorFlow.
    """

    recipe: str | Recipe = DEFAULT_RECIPE
    weights: str | None = None
    seed: int = 0
    labels: Path | None = None
    model: Path | None = None
    data_only: bool = False

    def made_recipe(self) -> Recipe:
        """The recipe; with a weights file and no recipe named, that of the file's backbone.

        Raises:
            EdgewrightError: there is no such recipe, or it is not as a recipe must be.
        """
        if isinstance(self.recipe, Recipe):
            return self.recipe
        recipe = load_recipe(self.recipe)
        if self.recipe != DEFAULT_RECIPE or self.weights in (None, IMAGENET, NONE):
            return recipe
        found = backbone_of_file(Path(str(self.weights)))
        return recipe if found is None else replace(recipe, backbone=found.backbone, alpha="auto")


@dataclass(frozen=True)
class Examination:
    """What the doctor has found.

    Attributes:
        diagnosis: the findings.
        rates: range tests of the learning rates, of type `RangeTest`; none where they were not done.
    """

    diagnosis: Diagnosis
    rates: tuple[Any, ...] = ()


def examine(
    data: str | Path, options: DoctorOptions, *, reporter: Reporter | None = None, capture: Capture = quietened
) -> Examination:
    """What is wrong with a data set, and with a recipe or a model for it: what `edgewright doctor` prints.

    Args:
        data: a folder of classes or a CSV file.
        options: as on the command line.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in.

    Raises:
        EdgewrightError: the data set, the recipe, the weights or the model cannot be read at all.
        MissingDependencyError: a library of the extra `train` is not installed.
    """
    reporter, data = reporter or Silent(), Path(data)
    recipe = options.made_recipe()
    source = options.weights or recipe.weights
    # As in a training: what can fail without TensorFlow comes first.
    start = None if source == IMAGENET or options.model or options.data_only else _start(recipe, source)
    listed = list_files(data).files
    try:
        dataset, rows = _read(data, recipe, options, reporter)
    except TooFewImagesError as error:
        return Examination(Diagnosis((_too_few(error),)))
    looked_at = sampled_rows(rows)
    with _pixels(looked_at, dataset, recipe, data) as pixels:
        seen = DataSeen(dataset, listed, rows, recipe, looked_at, pixels)
        of_data = examined(seen, DATA_CHECKS, reporter=reporter)
        sample = () if len(looked_at) == len(rows) else (_sampled(len(looked_at), len(rows)),)
        of_network = _of_network(seen, recipe, source, start, options, reporter, capture)
    return Examination(together((of_data, Diagnosis((), sample), of_network.diagnosis)), of_network.rates)


def _start(recipe: Recipe, source: str) -> StartingWeights:
    return starting_weights(
        source, backbone=backbone_named(recipe.backbone), alpha=recipe.alpha, size=recipe.input_size
    )


def _read(
    data: Path, recipe: Recipe, options: DoctorOptions, reporter: Reporter
) -> tuple[Dataset, tuple[SplitRow, ...]]:
    def step(done: int, total: int) -> None:
        reporter.step("reading the data set", done, total)

    labels = None if options.labels is None else fixed_labels(options.labels, data)
    if labels is None:
        dataset = read_dataset(data, on_progress=step)
    else:
        dataset = read_dataset(data, labels=labels.names, labels_from=labels.where, on_progress=step)
    reporter.finish()
    rows = split_dataset(
        dataset, val_fraction=recipe.val_fraction, test_fraction=recipe.test_fraction, seed=options.seed
    )
    return dataset, rows


def _too_few(error: TooFewImagesError) -> Finding:
    return Finding(
        "class_too_small",
        ERROR,
        "A class has too few images to be trained at all, so nothing else was looked at.",
        f"{str(error).rstrip('.')}.",
        "Add images of it, or take its folder (and its line in labels.txt) away.",
    )


def _sampled(some: int, every: int) -> str:
    return f"Pixels were looked at in {some} of {every} images, drawn at random; the files in all of them."


@contextlib.contextmanager
def _pixels(rows: Sequence[SplitRow], dataset: Dataset, recipe: Recipe, data: Path) -> Iterator[Any]:
    with decoded(rows, labels=dataset.labels, contract=recipe.preprocessing(), out=data) as pixels:
        yield pixels


def _of_network(
    seen: DataSeen,
    recipe: Recipe,
    source: str,
    start: StartingWeights | None,
    options: DoctorOptions,
    reporter: Reporter,
    capture: Capture,
) -> Examination:
    """What is wrong with the network, or the model that was given."""
    if options.data_only:
        told = Diagnosis((), ("The network was not looked at, as was asked for.",))
        return Examination(together((told, examined(seen, WITHOUT_NETWORK, reporter=reporter))))
    with capture():
        import_optional("tensorflow", package="tensorflow", extra="train", purpose="edgewright doctor")
        networks = import_optional(
            "edgewright_train.doctor_network", package="keras", extra="train", purpose="edgewright doctor"
        )
    if options.model is not None:
        return Examination(networks.examine_model(options.model, seen, reporter=reporter))
    try:
        start = start or _start(recipe, source)  # downloads
    except EdgewrightError as error:
        told = Diagnosis((), (f"The network was not looked at. {error}.",))
        return Examination(together((told, examined(seen, WITHOUT_NETWORK, reporter=reporter))))
    diagnosis, rates = networks.examine_network(seen, start, seed=options.seed, reporter=reporter)
    return Examination(diagnosis, rates)
