"""Does the doctor find what is wrong, and is it silent where nothing is? Faults are planted, each with several seeds.

    python benchmarks/planted_faults.py DATA WEIGHTS [--seeds 5] [--healthy 10] [--only PART,...] [--before] [--out F]

DATA is a folder of classes, WEIGHTS a file of MobileNetV2's weights of alpha 0.35. Small sets are drawn from DATA. The
table that is printed has a row for each kind of fault: how often it was found and named, and what else was said.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import planting as plant

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.diagnosis import FILE_NAME, read_diagnosis
from edgewright_train.doctor import DoctorOptions, examine
from edgewright_train.options import TrainOptions
from edgewright_train.pipeline import train_run
from edgewright_train.recipes import Recipe


@dataclass(frozen=True)
class Planted:
    """One case: a drawn set, and what it is examined or trained with.

    Attributes:
        data: the folder.
        recipe: of the training.
        weights: file, or `none`.
        around: a block that the examination or training happens in.
        trained: whether the verdict after a training is asked, and not the doctor before one.
        model: a Keras file that is examined in place of a recipe's network.
        data_only: whether the network is left out, whose checks have nothing to do with the fault.
    """

    data: Path
    recipe: Recipe
    weights: str
    around: Any = None
    trained: bool = False
    model: Path | None = None
    data_only: bool = False


@dataclass(frozen=True)
class Place:
    """Where a case is made: the source of images, a weights file, an empty folder and the seed."""

    source: Path
    weights: Path
    folder: Path
    seed: int

    def drawn(self, **choices: Any) -> Path:
        """A set drawn from the source."""
        return plant.draw(self.source, self.folder / "data", seed=self.seed, **choices)

    def planted(self, data: Path, recipe: Recipe | None = None, **others: Any) -> Planted:
        """The case."""
        given = {"weights": str(self.weights), **others}
        return Planted(data, recipe or plant.base_recipe(), **given)


def findings_of(case: Planted, folder: Path, seed: int) -> dict[str, str]:
    """What is found: the evidence by code."""
    with case.around or nullcontext():
        if not case.trained:
            options = DoctorOptions(
                recipe=case.recipe, weights=case.weights, seed=seed, model=case.model, data_only=case.data_only
            )
            return {each.code: each.evidence for each in examine(case.data, options).diagnosis.findings}
        try:
            train_run(case.data, folder / "run", TrainOptions(case.recipe, weights=case.weights, seed=seed))
        except EdgewrightError as error:
            print(f"    {error}")
    return {each.code: each.evidence for each in read_diagnosis(folder / "run" / FILE_NAME).findings}


def _damaged(
    damage: Callable[..., Any], *, data_only: bool = True, per_class: int = 60, **choices: Any
) -> Callable[[Place], Planted]:
    def make(place: Place) -> Planted:
        data = place.drawn(per_class=per_class)
        changed = damage(data, seed=place.seed, **choices)
        return place.planted(changed if isinstance(changed, Path) else data, data_only=data_only)

    return make


def _of_recipe(
    *, trained: bool = False, draw: dict[str, Any] | None = None, **tables: Any
) -> Callable[[Place], Planted]:
    return lambda place: place.planted(place.drawn(**draw or {}), plant.base_recipe(**tables), trained=trained)


def _pixels(change: Callable[[Any], Any]) -> Callable[[Place], Planted]:
    def make(place: Place) -> Planted:
        data = place.drawn()
        plant.change_images(data, change)
        return place.planted(data, data_only=True)

    return make


def _imbalanced(place: Place) -> Planted:
    data = place.drawn(per_class=80)
    plant.shrink_class(data, seed=place.seed, left=18)
    return place.planted(data, plant.base_recipe(balance="none"), data_only=True)


def _other_weights(place: Place) -> Planted:
    weights = plant.weights_for_other_pixels(place.weights, place.folder / "unit.weights.h5")
    return place.planted(place.drawn(), weights=str(weights))


def _scaled_weights(factor: float) -> Callable[[Place], Planted]:
    def make(place: Place) -> Planted:
        weights = plant.scaled_weights(place.weights, place.folder / "scaled.weights.h5", factor)
        return place.planted(place.drawn(), weights=str(weights))

    return make


def _huge_weights(place: Place) -> Planted:
    return place.planted(
        place.drawn(),
        plant.base_recipe(backbone="small_cnn", alpha=1.0),
        weights=str(plant.huge_small_cnn(place.folder / "huge.weights.h5", place.seed)),
    )


def _arrows(**changes: Any) -> Callable[[Place], Planted]:
    def make(place: Place) -> Planted:
        data = plant.arrows(place.folder / "data", seed=place.seed)
        return place.planted(data, plant.base_recipe(augmentation={**plant.no_augmentation(), **changes}))

    return make


def _panoramas(place: Place) -> Planted:
    data = place.drawn()
    for path in plant.files_of(data, place.seed):
        with plant.Image.open(path) as image:
            image.resize((280, 120)).save(path, quality=95)
    return place.planted(data, data_only=True)


def _model(change: str) -> Callable[[Place], Planted]:
    def make(place: Place) -> Planted:
        data = place.drawn(per_class=45)
        model = plant.keras_model(data, place.weights, place.folder / "model.keras", change)
        return place.planted(data, model=model)

    return make


_HIGH, _LOW = 1e-3 * 1000, 1e-9

FAULTS: Sequence[tuple[str, str, Callable[[Place], Planted]]] = (
    ("30 corrupt files", "unreadable_files", _damaged(plant.corrupt)),
    ("copies in train and val", "duplicates_across_splits", _damaged(plant.split_folders, exact=True)),
    ("copies in train and val, saved again", "duplicates_across_splits", _damaged(plant.split_folders, exact=False)),
    ("copies in two classes", "duplicates_across_classes", _damaged(plant.copy_across_classes, exact=True)),
    (
        "copies in two classes, saved again",
        "duplicates_across_classes",
        _damaged(plant.copy_across_classes, exact=False),
    ),
    ("a class of 5 images", "class_too_small", _damaged(plant.shrink_class, left=5)),
    ("a class of 18 beside 80", "imbalance", _imbalanced),
    ("no image of a class in val", "class_missing_from_split", _damaged(plant.split_folders, exact=None, without=True)),
    (
        "3 validation images a class",
        "validation_too_small",
        lambda place: place.planted(place.drawn(), plant.base_recipe(val_fraction=0.05), data_only=True),
    ),
    ("labels swapped in 10 %", "label_noise", _damaged(plant.swap_labels, data_only=False, per_class=150)),
    ("classes called 2, 10, 100", "label_order", _damaged(plant.number_classes)),
    ("images divided by 255", "pixel_range", _pixels(lambda pixels: (pixels / 255).astype("uint8"))),
    ("weights that expect 0 to 1", "normalisation", _other_weights),
    (
        "[0, 1] pixels into a [-1, 1] backbone",
        "normalisation",
        lambda place: place.planted(place.drawn(), around=plant.other_normalisation()),
    ),
    ("panoramas squashed", "resize_distorts", _panoramas),
    ("horizontal flips of arrows", "augmentation_changes_labels", _arrows(horizontal_flip=True)),
    ("vertical flips of arrows", "augmentation_changes_labels", _arrows(vertical_flip=True)),
    ("head's rate times 1000", "learning_rate_too_high", _of_recipe(head_phase={"learning_rate": _HIGH})),
    (
        "fine-tuning's rate times 1000",
        "learning_rate_too_high",
        _of_recipe(fine_tune={"learning_rate": 0.1, "epochs": 3}),
    ),
    ("head's rate by 1000000", "learning_rate_too_low", _of_recipe(head_phase={"learning_rate": _LOW})),
    ("l2 of 1 on three dense layers", "cannot_overfit_one_batch", _of_recipe(head={"layers": (64, 64, 64), "l2": 1.0})),
    ("backbone that gives zeros", "dead_features", _scaled_weights(0.0)),
    ("backbone of enormous weights", "exploding_gradients", _huge_weights),
    (
        "BatchNorm and 6 steps",
        "batch_norm",
        _of_recipe(head={"batch_norm": True}, head_phase={"epochs": 2}),
    ),
    ("model ends in sigmoids", "labels_against_loss", _model("sigmoid")),
    ("model has labels in another order", "label_order", _model("order")),
    ("model's last layer is frozen", "frozen_head", _model("frozen")),
    ("model without its normalisation", "normalisation", _model("pixels")),
    (
        "trained: frozen head",
        "frozen_head",
        lambda place: place.planted(place.drawn(), trained=True, around=plant.frozen_head()),
    ),
    (
        "trained: [0, 1] pixels into a [-1, 1] backbone",
        "normalisation",
        lambda place: place.planted(place.drawn(), trained=True, around=plant.other_normalisation()),
    ),
    (
        "trained: head's rate times 1000",
        "learning_rate_too_high",
        _of_recipe(trained=True, head_phase={"learning_rate": _HIGH}),
    ),
    (
        "trained: labels swapped in 10 %",
        "label_noise",
        lambda place: replace(_damaged(plant.swap_labels, per_class=300)(place), trained=True, data_only=False),
    ),
    (
        "trained: fine-tuning's rate times 1000",
        "learning_rate_too_high",
        _of_recipe(trained=True, fine_tune={"learning_rate": 0.1, "epochs": 2}),
    ),
    (
        "trained: from scratch's rate times 1000",
        "learning_rate_too_high",
        lambda place: place.planted(
            place.drawn(),
            plant.base_recipe(
                backbone="small_cnn", alpha=1.0, input_size=32, from_scratch={"epochs": 3, "learning_rate": 2.0}
            ),
            weights="none",
            trained=True,
        ),
    ),
    (
        "trained: 8 images a class, no augmentation",
        "overfitting",
        lambda place: place.planted(
            plant.few_to_train(place.drawn(per_class=60), seed=place.seed),
            plant.base_recipe(
                augmentation=plant.no_augmentation(),
                head={"dropout": 0.0},
                head_phase={"epochs": 60, "learning_rate": 3e-3},
            ),
            trained=True,
        ),
    ),
    (
        "trained: one epoch from scratch",
        "underfitting",
        lambda place: place.planted(
            place.drawn(),
            plant.base_recipe(
                backbone="small_cnn", alpha=1.0, input_size=32, from_scratch={"epochs": 1, "learning_rate": 1e-5}
            ),
            weights="none",
            trained=True,
        ),
    ),
    (
        "trained: head's rate a thousandth, two epochs",
        "below_linear_probe",
        _of_recipe(trained=True, draw={"per_class": 100}, head_phase={"epochs": 2, "learning_rate": 1e-5}),
    ),
)

RECIPES = (
    {},
    {"balance": "none", "loss": {"label_smoothing": 0.0}},
    {"head": {"layers": (128,), "layer_dropout": 0.2}},
    {"optimizer": {"name": "sgd", "weight_decay": 0.0}, "head_phase": {"learning_rate": 0.005}},
    {"head_phase": {"solver": "logistic_regression"}, "fine_tune": {"epochs": 3, "learning_rate": 1e-4}},
)
"""Of healthy runs, in turn."""


def healthy(place: Place) -> Planted:
    """A sound set and a sound recipe."""
    return place.planted(place.drawn(per_class=100), plant.base_recipe(**RECIPES[place.seed % len(RECIPES)]))


def main(arguments: argparse.Namespace) -> None:
    lines = ["| planted | code | found and named | what else was said |", "|---|---|---|---|"]
    print("\n".join(lines))
    everything = Counter[bool]()
    asked = arguments.only.split(",")
    for name, code, make in FAULTS[arguments.skip :]:
        if not any(part in f"{name} {code}" for part in asked) or (arguments.before and name.startswith("trained")):
            continue
        found, others, evidence, began = 0, Counter[str](), "", time.perf_counter()
        for seed in range(arguments.seeds):
            with tempfile.TemporaryDirectory() as folder:
                place = Place(arguments.data, arguments.weights, Path(folder), seed)
                told = findings_of(make(place), Path(folder), seed)
            found += code in told
            others.update(set(told) - {code})
            evidence = evidence or told.get(code, "")
        everything.update({True: found, False: arguments.seeds - found})
        said = ", ".join(f"{other} {count}" for other, count in others.most_common())
        lines.append(f"| {name} | `{code}` | {found} of {arguments.seeds} | {said} |")
        seconds = (time.perf_counter() - began) / max(arguments.seeds, 1)
        print(f"    such as: {evidence.replace(tempfile.gettempdir(), '')}")
        print(f"{lines[-1]}  {seconds:.1f} s each", flush=True)
    total = everything.total()
    if total:
        lines.append(f"\nFound and named: {everything[True]} of {total} ({everything[True] / total:.1%}).")
        print(lines[-1])
    silent, runs = _healthy_runs(arguments, lines)
    lines.append(f"Healthy runs without a word: {silent} of {runs} (each examined before and judged after a training).")
    print(lines[-1])
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n")


def _healthy_runs(arguments: argparse.Namespace, lines: list[str]) -> tuple[int, int]:
    silent = 0
    for seed in range(100, 100 + arguments.healthy):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(arguments.data, arguments.weights, Path(folder), seed)
            case = healthy(place)
            began = time.perf_counter()
            before = findings_of(case, Path(folder), seed)
            after = findings_of(replace(case, trained=True), Path(folder), seed)
            codes = set(before | after)
        silent += not codes
        print(
            f"healthy {seed}: {', '.join(sorted(codes)) or 'nothing'}  {time.perf_counter() - began:.1f} s", flush=True
        )
        if codes:
            lines.append(f"Healthy run {seed}: {', '.join(sorted(codes))}.")
    return silent, arguments.healthy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--healthy", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--before", action="store_true", help="only faults that the doctor finds before a training")
    parser.add_argument("--skip", type=int, default=0, help="leave the first so many rows out")
    parser.add_argument("--out", type=Path)
    main(parser.parse_args())
