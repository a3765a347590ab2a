"""The phases of a training: how long each goes on, and at what learning rate."""

from __future__ import annotations

from dataclasses import dataclass, field

from edgewright_runtime.structured import check, rule

SCHEDULES = ("constant", "cosine", "exponential", "step", "one_cycle")
MONITORS = ("val_loss", "val_accuracy")

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


@dataclass(frozen=True)
class HeadPhase(Phase):
    """Phase 1: the head alone, on features of the frozen backbone.

    Attributes:
        views: how many augmented versions of the training split the features are computed for, once.
    """

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
    """

    unfreeze_layers: int | str = field(metadata=rule(low=0, otherwise="all"))
    layer_decay: float = field(metadata=_FACTOR)
