"""The phases of a training: how long each goes on, and at what learning rate."""

from __future__ import annotations

from dataclasses import dataclass, field

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.structured import check, rule

SCHEDULES = ("constant", "cosine", "exponential", "step", "one_cycle")
MONITORS = ("val_loss", "val_accuracy")
SOLVERS = ("gradient", "logistic_regression")

_FROM_0, _FROM_1, _ABOVE_0 = rule(low=0), rule(low=1), rule(above=0)
_FACTOR = rule(above=0, high=1)


@dataclass(frozen=True)
class Phase:
    """What all phases have.

    Attributes:
        epochs: at most; 0 leaves the phase out.
        learning_rate: the highest of the schedule.
        schedule: `constant`; `cosine` (down to 0 over all epochs); `exponential` (times `decay` each epoch); `step`
            (times `decay` every `step_epochs`); `one_cycle` (up over the first third, then down to almost 0).
        warmup_epochs: over which the rate rises from 0 to where the schedule begins; not with `one_cycle`.
        decay: factor of `exponential` and `step`.
        step_epochs: of `step`.
        monitor: what tells the best epoch, stops early and finds a plateau: `val_loss` or `val_accuracy`.
        early_stopping_patience: epochs without a better one before the phase stops.
        plateau_patience: epochs without a lower validation loss before the rate is lowered as well; 0 for never.
        plateau_factor: by which it is lowered then.
        min_learning_rate: below which neither schedule nor plateau takes it; cosine and one-cycle may end below.
    """

    epochs: int = field(metadata=_FROM_0)
    learning_rate: float = field(metadata=_ABOVE_0)
    schedule: str = field(metadata=rule(among=SCHEDULES))
    warmup_epochs: int = field(metadata=_FROM_0)
    decay: float = field(metadata=_FACTOR)
    step_epochs: int = field(metadata=_FROM_1)
    monitor: str = field(metadata=rule(among=MONITORS))
    early_stopping_patience: int = field(metadata=_FROM_1)
    plateau_patience: int = field(metadata=_FROM_0)
    plateau_factor: float = field(metadata=_FACTOR)
    min_learning_rate: float = field(metadata=_FROM_0)

    def __post_init__(self) -> None:
        check(self)
        if self.warmup_epochs and self.schedule == "one_cycle":
            raise EdgewrightError("warmup_epochs must be 0 with one_cycle, which begins with a rise of its own")


@dataclass(frozen=True)
class HeadPhase(Phase):
    """Phase 1: the head alone, on features of the frozen backbone.

    Attributes:
        solver: `gradient` (the recipe's optimizer and loss), or `logistic_regression` (of a head that is one dense
            layer; its penalty is the best of several on the validation split, and of the other options of this phase
            only `monitor` and `views` matter, and whether `epochs` is 0).
        views: how many augmented versions of the training split the features are computed for, once.
    """

    solver: str = field(metadata=rule(among=SOLVERS))
    views: int = field(metadata=rule(low=1, high=64))


@dataclass(frozen=True)
class FullPhase(Phase):
    """A phase that trains the backbone too."""


@dataclass(frozen=True)
class FineTunePhase(FullPhase):
    """Phase 2: as FullPhase, for a part of the backbone.

    Attributes:
        unfreeze_layers: the topmost so many layers of the backbone, or `all` of them.
        layer_decay: factor of the learning rate from one block of the backbone to the one below it; 1 for one rate.
        views: how many augmented versions of the training split the frozen lower layers are computed for, once, where
            that pays; or `every_epoch`, for a new one in each epoch and the whole network computed each time.
    """

    unfreeze_layers: int | str = field(metadata=rule(low=0, otherwise="all"))
    layer_decay: float = field(metadata=_FACTOR)
    views: int | str = field(metadata=rule(low=1, high=64, otherwise="every_epoch"))
