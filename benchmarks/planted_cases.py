"""Faults that are planted, and sound runs, as rows: for `planted_faults.py`, which counts what the doctor finds.

A fault's row is its name, the code that the doctor should find it under, and a function from where a case is made to
the case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import planting as plant

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
