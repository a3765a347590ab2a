"""The phases that a network goes through, which depend on what its backbone starts from."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..data.pixels import Pixels
from ..network.network import Network, freeze_for_fine_tuning, prepare_for_scratch
from ..recipes import Recipe, check_epochs
from .frozen.lower_layers import LowerLayers, lower_layers
from .full_phase import train_all
from .head_phase import train_head
from .learning_task import LearningTask
from .supervising.best_epoch import best_of
from .supervising.epoch import Epoch
from .supervising.supervision import Supervision
from .teaching import Teacher


@dataclass
class Fitted:
    """What the phases have left so far: their epochs, and the seconds that each took in all processes."""

    epochs: list[Epoch] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def fit(
    network: Network,
    pixels: Pixels,
    *,
    recipe: Recipe,
    from_scratch: bool,
    seed: int,
    supervision: Supervision,
    teacher: Teacher | None = None,
) -> Fitted:
    """The history of all phases, after which the network is trained.

    A backbone with weights gets two: the head alone, then all together. One without has no features worth a head, and
    is trained as a whole from the start. Phases that an unfinished training had left behind are left out.

    Raises:
        EdgewrightError: the recipe leaves no epoch to train.
    """
    fitted = Fitted()
    check_epochs(recipe, from_scratch=from_scratch)
    weights = balanced_weights(pixels, network.classes) if recipe.balance == "class_weights" else None
    task = LearningTask(pixels, recipe, weights, seed, teacher)
    if from_scratch:
        _fit_from_scratch(fitted, network, task, supervision)
    else:
        _fit_in_two_phases(fitted, network, task, supervision)
    return fitted


@contextlib.contextmanager
def _measured(fitted: Fitted, name: str, supervision: Supervision) -> Iterator[None]:
    with supervision.watch.part(name):
        yield
    fitted.seconds[name] = supervision.watch.seconds()[name]


def balanced_weights(pixels: Pixels, classes: int) -> dict[int, float]:
    """For each class index the factor that makes all classes count the same in the training split's loss."""
    counts = Counter(pixels.classes[pixels.places["train"]].tolist())
    return {index: counts.total() / (classes * counts[index]) for index in range(classes)}


def _fit_from_scratch(fitted: Fitted, network: Network, task: LearningTask, supervision: Supervision) -> None:
    prepare_for_scratch(network)
    phase = task.recipe.from_scratch
    with _measured(fitted, "from_scratch", supervision):
        fitted.epochs += train_all(network, task, name="from_scratch", phase=phase, supervision=supervision)


def _fit_in_two_phases(fitted: Fitted, network: Network, task: LearningTask, supervision: Supervision) -> None:
    phase = task.recipe.fine_tune
    if phase.epochs:
        # Before the head is trained, which is on frozen layers anyway.
        freeze_for_fine_tuning(network, phase.unfreeze_layers, batch_norm=task.recipe.pruning.sparsity > 0)
    with contextlib.ExitStack() as held:
        with _measured(fitted, "head", supervision):
            lower = held.enter_context(lower_layers(network, task, reporter=supervision.reporter))
            start = _head_phase(fitted, network, task, lower, supervision)
        if not phase.epochs:
            return
        # Without lower layers in common, other views than the head has seen.
        other_views = replace(task, seed=task.seed + task.recipe.head_phase.views)
        with _measured(fitted, "fine_tune", supervision):
            fitted.epochs += train_all(
                network, other_views, name="fine_tune", phase=phase, start=start, lower=lower, supervision=supervision
            )


def _head_phase(
    fitted: Fitted, network: Network, task: LearningTask, lower: LowerLayers | None, supervision: Supervision
) -> Epoch | None:
    """The epoch whose weights the head has now; None where it has none."""
    phase = task.recipe.head_phase
    if supervision.has_finished("head"):
        fitted.epochs += supervision.epochs_of("head")
        return best_of(fitted.epochs, phase.monitor)
    if not phase.epochs:
        return None
    result = train_head(network, task, lower=lower, supervision=supervision)
    fitted.epochs += result.epochs
    return result.best
