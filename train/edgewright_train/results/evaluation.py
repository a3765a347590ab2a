"""A trained network judged: its answers on the held-back splits, their scores, a temperature, and the report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter
from edgewright_runtime.dataset import Dataset
from edgewright_runtime.run.labels import class_names
from edgewright_runtime.run.splits import SplitRow
from edgewright_runtime.suggestion import quoted

from ..data.batches import plain_batches
from ..data.pixels import Pixels
from ..diagnosis import FILE_NAME as DOCTOR
from ..diagnosis import Diagnosis, diagnosis_json
from ..diagnosis.trained.seen import HeldOut
from ..diagnosis.verdict import EndedTraining, verdict
from ..fitting import Epoch
from ..fitting.pruning import ramp_epochs
from ..network.network import Network
from ..provenance import Provenance
from ..recipes import Recipe
from .calibration import Temperature, learned_temperature, reliability
from .findings import Evidence
from .inside.look import DEFAULT_SECONDS, Looks, look_inside
from .inside.network_parts import parts_of
from .inside.subject import Subject
from .predictions import Photos, Predictions
from .report import Judged, Report, report_of
from .scores import Scores, score

_SCORED = ("val", "test")


@dataclass(frozen=True)
class Evaluation:
    """How good a trained network is.

    Attributes:
        scores: of the splits `val` and `test`.
        temperature: learned on the validation split.
        files: the page, pictures and tables, by path in the run folder.
        diagnosis: what is wrong with the training.
        diagnosis_s: how long that took to be found.
    """

    scores: Mapping[str, Scores]
    temperature: Temperature
    files: Mapping[str, bytes]
    diagnosis: Diagnosis
    diagnosis_s: float


@dataclass(frozen=True)
class Told:
    """What the report says of a training besides its figures.

    Attributes:
        out: the run folder, as the user named it.
        made_from: what the model was made from.
        rows: the images, in the order of the pixels.
        labels: of the classes, in their order.
        epochs: the history of all phases.
        dataset: what was read.
        recipe: how the network was trained.
        head_before: the head's weights before that; None where they were not kept.
    """

    out: Path
    made_from: Provenance
    rows: Sequence[SplitRow]
    labels: Sequence[str]
    epochs: Sequence[Epoch]
    dataset: Dataset
    recipe: Recipe
    head_before: Sequence[NDArray[np.float32]] | None = None


def evaluated(
    network: Network,
    pixels: Pixels,
    told: Told,
    *,
    batch_size: int,
    reporter: Reporter,
    look_seconds: float = DEFAULT_SECONDS,
) -> Evaluation:
    """The scores of a trained network on the splits it was not fitted to, and the files that show them.

    Args:
        network: the trained network.
        pixels: decoded images.
        told: what else the report says.
        batch_size: images at once.
        reporter: what is told about progress.
        look_seconds: after which no further look inside the network is begun; 0 leaves them out.
    """
    began = time.monotonic()
    answers, features_of = _answers(network, pixels, batch_size)
    features = features_of["test"]
    temperature = learned_temperature(answers["val"].probabilities, answers["val"].classes)
    scaling = None if temperature.note else temperature.value
    scores = {
        split: score(each.probabilities, each.classes, told.labels, temperature=scaling)
        for split, each in answers.items()
    }
    test = answers["test"]
    photos = Photos(pixels.values, pixels.places["test"], [told.rows[place].path for place in pixels.places["test"]])
    seen = Subject(parts_of(network.model), features, test, photos, class_names(told.labels))
    looks = look_inside(seen, reporter=reporter, seconds=look_seconds)
    phase = told.recipe.from_scratch if told.made_from.from_scratch else told.recipe.fine_tune
    evidence = Evidence(
        scores=scores,
        labels=told.labels,
        train_images=np.bincount(pixels.classes[pixels.places["train"]], minlength=len(told.labels)).tolist(),
        epochs=told.epochs,
        temperature=temperature,
        test_reliability=reliability(test.probabilities, test.classes),
        unripe=ramp_epochs(told.recipe.pruning, phase.epochs),
    )
    looked = time.monotonic()
    diagnosis = _diagnosis(network, pixels, told, answers, features_of, reporter)
    diagnosis_s = time.monotonic() - looked
    report = _report(told, evidence, test, photos, looks, diagnosis)
    reporter.finish()
    reporter.line(f"Evaluated in {time.monotonic() - began:.0f} s.")
    for note in report.notes:
        reporter.line(note)
    return Evaluation(
        scores, temperature, {**report.files, DOCTOR: diagnosis_json(diagnosis).encode()}, diagnosis, diagnosis_s
    )


def _diagnosis(
    network: Network,
    pixels: Pixels,
    told: Told,
    answers: Mapping[str, Predictions],
    features: Mapping[str, NDArray[np.float32]],
    reporter: Reporter,
) -> Diagnosis:
    """What is wrong with the training; it must not cost it either."""
    held_out = {
        split: HeldOut(
            each.probabilities, each.classes, features[split], [told.rows[place].path for place in pixels.places[split]]
        )
        for split, each in answers.items()
    }
    try:
        return verdict(network, _ended(told, pixels), held_out, reporter=reporter)
    except Exception as error:
        return Diagnosis((), (f"The diagnosis was left out: it failed with {type(error).__name__}: {error}",))


def _ended(told: Told, pixels: Pixels) -> EndedTraining:
    return EndedTraining(
        dataset=told.dataset,
        data=told.made_from.data,
        rows=told.rows,
        pixels=pixels,
        recipe=told.recipe,
        from_scratch=told.made_from.from_scratch,
        epochs=told.epochs,
        head_before=told.head_before,
    )


def _answers(
    network: Network, pixels: Pixels, batch_size: int
) -> tuple[dict[str, Predictions], dict[str, NDArray[np.float32]]]:
    """The answers on each split and the features behind them, both from one pass over its images."""
    both = keras.Model(network.model.input, [network.model.output, network.features.output])
    answers, features = {}, {}
    for split in _SCORED:
        batches = plain_batches(pixels, split, batch_size=batch_size, classes=network.classes)
        probabilities, found = both.predict(batches, verbose=0)
        features[split] = np.asarray(found, np.float32)
        answers[split] = Predictions(np.asarray(probabilities, np.float32), pixels.classes[pixels.places[split]])
    return answers, features


def _report(
    told: Told, evidence: Evidence, test: Predictions, photos: Photos, looks: Looks, diagnosis: Diagnosis
) -> Report:
    """The report; an empty one where it fails, for it must not cost the model that it is about."""
    try:
        return report_of(_judged(told, evidence, test, photos, looks, diagnosis))
    except Exception as error:
        return Report({}, (f"The report was left out: it failed with {type(error).__name__}: {error}",))


def _judged(
    told: Told, evidence: Evidence, test: Predictions, photos: Photos, looks: Looks, diagnosis: Diagnosis
) -> Judged:
    made_from = told.made_from
    recipe = made_from.recipe
    counts = ", ".join(
        f"{sum(row.split == split for row in told.rows)} {name}"
        for split, name in (("train", "to train"), ("val", "to validate"), ("test", "to test"))
    )
    origin = (
        f"{len(told.labels)} classes, {len(told.rows)} images ({counts}); {recipe['backbone']} at "
        f"{recipe['input_size']} px, recipe {made_from.recipe_name or 'of a program'}, seed {made_from.seed}."
    )
    return Judged(
        title=f"{told.out.resolve().name}: how good is it?",
        origin=origin,
        command=f"edgewright convert {quoted(told.out)} --to tflite-int8",
        evidence=evidence,
        test=test,
        photos=photos,
        looks=looks,
        diagnosis=diagnosis,
    )
