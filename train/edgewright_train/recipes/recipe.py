"""Recipes: everything that a training is made of except the data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.structured import check, rule

from ..network import WEIGHTS_BY_NAME, backbone_named

SCHEDULES = ("cosine", "plateau")

_FROM_0, _FROM_1, _ABOVE_0 = rule(low=0), rule(low=1), rule(above=0)
_SHARE = rule(low=0, high=0.9)
_HELD_BACK = rule(above=0, high=0.5)


@dataclass(frozen=True)
class HeadPhase:
    """Phase 1: the head alone, on features of the frozen backbone.

    Attributes:
        epochs: at most; 0 leaves the phase out.
        learning_rate: Adam's.
        views: how many augmented versions of the training split the features are computed for, once.
        early_stopping_patience: epochs without a better validation loss before it stops.
    """

    epochs: int = field(metadata=_FROM_0)
    learning_rate: float = field(metadata=_ABOVE_0)
    views: int = field(metadata=rule(low=1, high=64))
    early_stopping_patience: int = field(metadata=_FROM_1)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class FullPhase:
    """A phase that trains the backbone too.

    Attributes:
        epochs: at most; 0 leaves the phase out.
        learning_rate: Adam's at the start.
        schedule: `cosine` (down to 0 over all epochs) or `plateau` (a fifth whenever the validation loss stalls).
        early_stopping_patience: epochs without a better validation loss before it stops.
        plateau_patience: the same before the learning rate goes down.
    """

    epochs: int = field(metadata=_FROM_0)
    learning_rate: float = field(metadata=_ABOVE_0)
    schedule: str = field(metadata=rule(among=SCHEDULES))
    early_stopping_patience: int = field(metadata=_FROM_1)
    plateau_patience: int = field(metadata=_FROM_1)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class FineTunePhase(FullPhase):
    """Phase 2: as FullPhase, for the topmost `unfreeze_layers` layers of the backbone, or `all` of them."""

    unfreeze_layers: int | str = field(metadata=rule(low=0, otherwise="all"))


@dataclass(frozen=True)
class Augmentation:
    """How far training images may be changed, at random, after preprocessing.

    Attributes:
        horizontal_flip: left and right may be swapped; not where they tell classes apart.
        vertical_flip: top and bottom may be swapped.
        rotation_degrees: at most, either way.
        zoom: at most, in or out, as a fraction: 0.2 shows 80 % to 120 % of the side.
        shift: at most, either way, as a fraction of the side.
        brightness: at most, either way, as a fraction of the range of values.
        contrast: at most, either way, as a fraction.
    """

    horizontal_flip: bool
    vertical_flip: bool
    rotation_degrees: float = field(metadata=rule(low=0, high=180))
    zoom: float = field(metadata=_SHARE)
    shift: float = field(metadata=_SHARE)
    brightness: float = field(metadata=_SHARE)
    contrast: float = field(metadata=_SHARE)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Recipe:
    """What a training is made of; see the *.toml files beside this one, which say why they are as they are.

    Attributes:
        description: one line for people.
        backbone: a row of `network.BACKBONES`.
        alpha: width multiplier, or `auto` for that of the weights file, else 1.0.
        input_size: pixels, both sides.
        resize_method: `squash`, `crop` or `pad`, as in the preprocessing contract.
        crop_fraction: as in the preprocessing contract.
        interpolation: as in the preprocessing contract.
        weights: what the backbone starts from where the user does not say: `imagenet` or `none`.
        batch_size: images per step.
        dropout: before the head's dense layer.
        label_smoothing: of the cross-entropy.
        class_weights: whether rare classes count for more.
        val_fraction: share of each class that is held back to steer the training.
        test_fraction: share of each class that is held back to measure the result.
        head: phase 1 where the backbone has weights.
        fine_tune: phase 2 where the backbone has weights.
        from_scratch: the only phase where it has none.
        augmentation: of the training split.
    """

    description: str
    backbone: str
    alpha: float | str
    input_size: int
    resize_method: str
    crop_fraction: float
    interpolation: str
    weights: str = field(metadata=rule(among=WEIGHTS_BY_NAME))
    batch_size: int = field(metadata=rule(low=1, high=4096))
    dropout: float = field(metadata=rule(low=0, high=0.95))
    label_smoothing: float = field(metadata=rule(low=0, high=0.5))
    class_weights: bool
    val_fraction: float = field(metadata=_HELD_BACK)
    test_fraction: float = field(metadata=_HELD_BACK)
    head: HeadPhase
    fine_tune: FineTunePhase
    from_scratch: FullPhase
    augmentation: Augmentation

    def __post_init__(self) -> None:
        check(self)
        row = backbone_named(self.backbone)
        row.check_size(self.input_size)
        if self.alpha != "auto":
            row.check_alpha(self.alpha)
        self.preprocessing()

    def preprocessing(self) -> Preprocessing:
        """The contract that this recipe's models are trained with."""
        return Preprocessing(
            height=self.input_size,
            width=self.input_size,
            resize_method=self.resize_method,
            crop_fraction=self.crop_fraction,
            interpolation=self.interpolation,
        )

    def with_epochs(self, head: int, full: int) -> Recipe:
        """The same recipe with other numbers of epochs: of phase 1, and of the phase that trains the backbone."""
        return replace(
            self,
            head=replace(self.head, epochs=head),
            fine_tune=replace(self.fine_tune, epochs=full),
            from_scratch=replace(self.from_scratch, epochs=full),
        )


def check_epochs(recipe: Recipe, *, from_scratch: bool) -> None:
    """Refuses a recipe without an epoch to train.

    Raises:
        EdgewrightError: saying which number must not be 0.
    """
    if from_scratch and not recipe.from_scratch.epochs:
        raise EdgewrightError(
            "A backbone without weights is trained in one phase, and its number of epochs is 0; give --epochs 0,N"
        )
    if not from_scratch and not recipe.head.epochs + recipe.fine_tune.epochs:
        raise EdgewrightError("Both phases have 0 epochs; give at least one of them some with --epochs P1,P2")
