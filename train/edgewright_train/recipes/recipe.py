"""Recipes: everything that a training is made of except the data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.structured import check, rule

from ..network import ACTIVATIONS, WEIGHTS_BY_NAME, Head, backbone_named
from .augmentation import Augmentation
from .optimization import BALANCES, Loss, Optimizer
from .phases import FineTunePhase, FullPhase, HeadPhase
from .smaller import Distillation, Pruning

_HELD_BACK = rule(above=0, high=0.5)


@dataclass(frozen=True)
class Recipe:
    """What a training is made of; see the *.toml files beside this one, which say why they are as they are.

    Attributes:
        description: one line for people.
        backbone: a row of `network.BACKBONES`.
        alpha: width multiplier, or `auto` for that of the weights file, else 1.0.
        activation: of a backbone that can have several, or `auto` for the backbone's own.
        input_size: pixels, both sides.
        resize_method: `squash`, `crop` or `pad`, as in the preprocessing contract.
        crop_fraction: as in the preprocessing contract.
        interpolation: as in the preprocessing contract.
        weights: what the backbone starts from where the user does not say: `imagenet` or `none`.
        batch_size: images per step.
        balance: how rare classes are made up for: `class_weights` in the loss; `balanced_sampling` (classes take
            turns); `oversampling` (images of rare classes several times an epoch); `undersampling` (of large classes
            a part, another one each epoch); `none`.
        val_fraction: share of each class that is held back to steer the training.
        test_fraction: share of each class that is held back to measure the result.
        head: the layers behind the backbone.
        optimizer: of all phases.
        loss: of all phases.
        head_phase: phase 1 where the backbone has weights.
        fine_tune: phase 2 where the backbone has weights.
        from_scratch: the only phase where it has none.
        augmentation: of the training split.
        distillation: how much a teacher counts, where one is given.
        pruning: which share of the weights becomes zero.
    """

    description: str
    backbone: str
    alpha: float | str
    activation: str = field(metadata=rule(among=("auto", *ACTIVATIONS)))
    input_size: int
    resize_method: str
    crop_fraction: float
    interpolation: str
    weights: str = field(metadata=rule(among=WEIGHTS_BY_NAME))
    batch_size: int = field(metadata=rule(low=1, high=4096))
    balance: str = field(metadata=rule(among=BALANCES))
    val_fraction: float = field(metadata=_HELD_BACK)
    test_fraction: float = field(metadata=_HELD_BACK)
    head: Head
    optimizer: Optimizer
    loss: Loss
    head_phase: HeadPhase
    fine_tune: FineTunePhase
    from_scratch: FullPhase
    augmentation: Augmentation
    distillation: Distillation
    pruning: Pruning

    def __post_init__(self) -> None:
        check(self)
        row = backbone_named(self.backbone)
        row.check_size(self.input_size)
        if self.alpha != "auto":
            row.check_alpha(self.alpha)
        row.check_activation(self.activation)
        self.preprocessing()
        if self.head_phase.solver == "logistic_regression" and (self.head.layers or self.head.batch_norm):
            raise EdgewrightError(
                "solver logistic_regression is for a head of one dense layer; set layers = [] and batch_norm = false "
                'in head, or solver = "gradient" in head_phase'
            )

    def preprocessing(self) -> Preprocessing:
        """The contract that this recipe's models are trained with."""
        return Preprocessing(
            height=self.input_size,
            width=self.input_size,
            resize_method=self.resize_method,
            crop_fraction=self.crop_fraction,
            interpolation=self.interpolation,
            normalisation=backbone_named(self.backbone).normalisation,
        )

    def with_epochs(self, head: int, full: int) -> Recipe:
        """The same recipe with other numbers of epochs: of phase 1, and of the phase that trains the backbone."""
        return replace(
            self,
            head_phase=replace(self.head_phase, epochs=head),
            fine_tune=replace(self.fine_tune, epochs=full),
            from_scratch=replace(self.from_scratch, epochs=full),
        )


def check_epochs(recipe: Recipe, *, from_scratch: bool) -> None:
    """Refuses a recipe without an epoch to train, or without one to prune in.

    Raises:
        EdgewrightError: saying which number must not be 0.
    """
    if from_scratch and not recipe.from_scratch.epochs:
        raise EdgewrightError(
            "A backbone without weights is trained in one phase, and its number of epochs is 0; give --epochs 0,N"
        )
    if not from_scratch and not recipe.head_phase.epochs + recipe.fine_tune.epochs:
        raise EdgewrightError("Both phases have 0 epochs; give at least one of them some with --epochs P1,P2")
    if recipe.pruning.sparsity and not (recipe.from_scratch if from_scratch else recipe.fine_tune).epochs:
        raise EdgewrightError(
            "Weights are pruned in the phase that trains all layers, and that has 0 epochs; give it some with "
            "--epochs P1,P2, or leave --prune out"
        )
