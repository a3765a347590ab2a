"""The phases that a network goes through, which depend on what its backbone starts from."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from ..data.pixels import Pixels
from ..network.network import Network, freeze_for_fine_tuning, prepare_for_scratch
from ..recipes import Recipe, check_epochs
from .best_epoch import best_of
from .epoch import Epoch
from .full_phase import train_all
from .head_phase import train_head
from .supervision import Supervision
from .teaching import Teacher


@dataclass
class Fitted:
    """What the phases have left so far: their epochs, and the seconds that each took."""

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
    if from_scratch:
        _fit_from_scratch(fitted, network, pixels, recipe, seed, supervision, teacher)
    else:
        _fit_in_two_phases(fitted, network, pixels, recipe, seed, supervision, teacher)
    return fitted


def balanced_weights(pixels: Pixels, classes: int) -> dict[int, float]:
    """For each class index the factor that makes all classes count the same in the training split's loss."""
    counts = Counter(pixels.classes[pixels.places["train"]].tolist())
    return {index: counts.total() / (classes * counts[index]) for index in range(classes)}


def _class_weight(network: Network, pixels: Pixels, recipe: Recipe) -> dict[int, float] | None:
    return balanced_weights(pixels, network.classes) if recipe.balance == "class_weights" else None


def _fit_from_scratch(
    fitted: Fitted,
    network: Network,
    pixels: Pixels,
    recipe: Recipe,
    seed: int,
    supervision: Supervision,
    teacher: Teacher | None,
) -> None:
    started = time.perf_counter()
    prepare_for_scratch(network)
    fitted.epochs += train_all(
        network,
        pixels,
        name="from_scratch",
        phase=recipe.from_scratch,
        recipe=recipe,
        class_weight=_class_weight(network, pixels, recipe),
        seed=seed,
        supervision=supervision,
        teacher=teacher,
    )
    fitted.seconds["from_scratch"] = time.perf_counter() - started


def _fit_in_two_phases(
    fitted: Fitted,
    network: Network,
    pixels: Pixels,
    recipe: Recipe,
    seed: int,
    supervision: Supervision,
    teacher: Teacher | None,
) -> None:
    class_weight, start = _class_weight(network, pixels, recipe), None
    started = time.perf_counter()
    if supervision.has_finished("head"):
        fitted.epochs += supervision.epochs_of("head")
        start = best_of(fitted.epochs, recipe.head_phase.monitor)
    elif recipe.head_phase.epochs:
        result = train_head(
            network,
            pixels,
            recipe=recipe,
            class_weight=class_weight,
            seed=seed,
            supervision=supervision,
            teacher=teacher,
        )
        fitted.epochs += result.epochs
        start = result.best
    fitted.seconds["head"] = time.perf_counter() - started
    if not recipe.fine_tune.epochs:
        return
    started = time.perf_counter()
    freeze_for_fine_tuning(network, recipe.fine_tune.unfreeze_layers, batch_norm=recipe.pruning.sparsity > 0)
    fitted.epochs += train_all(
        network,
        pixels,
        name="fine_tune",
        phase=recipe.fine_tune,
        recipe=recipe,
        class_weight=class_weight,
        seed=seed + recipe.head_phase.views,  # other views than the head has seen
        start=start,
        supervision=supervision,
        teacher=teacher,
    )
    fitted.seconds["fine_tune"] = time.perf_counter() - started
