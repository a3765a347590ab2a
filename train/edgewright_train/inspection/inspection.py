"""The whole look at a data set, from its files to what is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.dataset import list_files
from edgewright_runtime.dataset.types import RejectedFile
from edgewright_runtime.errors import EdgewrightError

from .duplicates import Duplicates, find_duplicates, groups
from .images.gathering import gather, shuffled
from .images.image_facts import ImageFacts
from .leakage import Splits, splits_of
from .options import InspectOptions
from .outliers import Outlier, find_outliers
from .probe.choice import chosen_features
from .probe.label_errors import Probed, find_label_errors
from .shortcuts import Shortcut, find_shortcuts

_THERE_IS_NO = "there is no such file"


@dataclass(frozen=True)
class Inspection:
    """What was found in a data set.

    Attributes:
        source: the data set.
        files: how many it names.
        sampled: whether `images` are a random part of it.
        images: the readable ones, sorted by path.
        names: of the classes, sorted.
        counts: images of each class.
        unreadable: files that are no images, and files that are named and not there.
        left_out: what else a training would leave out before it opens a file.
        notes: one sentence for each thing that was taken for something without being told.
        splits: of the images.
        duplicates: those that cross splits or classes first.
        shortcuts: the best one first.
        outliers: the oddest first.
        probed: what the probe says, or None where it could say nothing.
        features: what the probe stands on, in words.
        weights: the file that it stands on, or None.
    """

    source: Path
    files: int
    sampled: bool
    images: tuple[ImageFacts, ...]
    names: tuple[str, ...]
    counts: dict[str, int]
    unreadable: tuple[RejectedFile, ...]
    left_out: tuple[RejectedFile, ...]
    notes: tuple[str, ...]
    splits: Splits
    duplicates: tuple[Duplicates, ...]
    shortcuts: tuple[Shortcut, ...]
    outliers: tuple[Outlier, ...]
    probed: Probed | None
    features: str
    weights: str | None


def inspect_dataset(
    source: Path, options: InspectOptions | None = None, *, reporter: Reporter | None = None
) -> Inspection:
    """What is in a folder of classes or a CSV file, and what is wrong with it; nothing is written.

    Raises:
        EdgewrightError: there is no data set, no readable image in it, or no such weights.
    """
    # The products here are small, and processes that decode beside them need the other processors.
    with threadpool_limits(1, user_api="blas"):
        return _inspected(Path(source), options or InspectOptions(), reporter or Silent())


def _inspected(source: Path, options: InspectOptions, reporter: Reporter) -> Inspection:
    listed = list_files(source)
    files = list(listed.files)
    if options.sample is not None and options.sample < len(files):
        files = shuffled(files, seed=options.seed)[: options.sample]
    features = chosen_features(options.weights, reporter=reporter)
    gathered = gather(files, features, seed=options.seed, processes=options.processes, reporter=reporter)
    absent = [file for file in listed.rejected if file.reason == _THERE_IS_NO]
    unreadable = (*absent, *gathered.unreadable)
    images = gathered.images
    if not images:
        raise EdgewrightError(f"{source} holds no readable image, such as {unreadable[0].path}: {unreadable[0].reason}")
    counts = Counter(file.label for file in listed.files)
    read = Counter(image.label for image in images)
    names = tuple(sorted(counts if len(files) == len(listed.files) else read))
    index = {name: place for place, name in enumerate(names)}
    classes = np.array([index[image.label] for image in images], np.int64)
    reporter.line(f"{len(images)} images read; looking for duplicates, shortcuts and wrong labels.")
    splits = splits_of(images, seed=options.seed)
    duplicates = find_duplicates(images, splits.of_images)
    alike = groups(duplicates, len(images))
    return Inspection(
        source=source,
        files=len(listed.files),
        sampled=len(files) < len(listed.files),
        images=images,
        names=names,
        counts={name: read[name] for name in names},
        unreadable=unreadable,
        left_out=tuple(file for file in listed.rejected if file not in absent),
        notes=listed.notes,
        splits=splits,
        duplicates=duplicates,
        shortcuts=find_shortcuts(images, classes, names, alike),
        outliers=find_outliers(images, gathered.features),
        probed=find_label_errors(images, classes, names, gathered.features, alike),
        features=features.said,
        weights=features.weights,
    )
