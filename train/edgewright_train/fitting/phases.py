"""The phases that a network goes through, which depend on what its backbone starts from."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..data.pixels import Pixels
from ..network.network import Network, freeze_for_fine_tuning, prepare_for_scratch
from ..recipes import Recipe, check_epochs
from .frozen.lower_layers import LowerLayers, lower_layers
from .full_phase import train_all
from .head_phase import train_head
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
    if from_scratch:
        _fit_from_scratch(fitted, network, pixels, recipe, seed, supervision, teacher)
    else:
        _fit_in_two_phases(fitted, network, pixels, recipe, seed, supervision, teacher)
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
    prepare_for_scratch(network)
    with _measured(fitted, "from_scratch", supervision):
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


def _fit_in_two_phases(
    fitted: Fitted,
    network: Network,
    pixels: Pixels,
    recipe: Recipe,
    seed: int,
    supervision: Supervision,
    teacher: Teacher | None,
) -> None:
    class_weight = _class_weight(network, pixels, recipe)
    if recipe.fine_tune.epochs:
        # Before the head is trained, which is on frozen layers anyway.
        freeze_for_fine_tuning(network, recipe.fine_tune.unfreeze_layers, batch_norm=recipe.pruning.sparsity > 0)
    with contextlib.ExitStack() as held:
        with _measured(fitted, "head", supervision):
            lower = held.enter_context(
                lower_layers(
                    network,
                    pixels,
                    recipe=recipe,
                    class_weight=class_weight,
                    seed=seed,
                    reporter=supervision.reporter,
                    teacher=teacher,
                )
            )
            start = _head_phase(fitted, network, pixels, recipe, class_weight, seed, lower, supervision, teacher)
        if not recipe.fine_tune.epochs:
            return
        with _measured(fitted, "fine_tune", supervision):
            fitted.epochs += train_all(
                network,
                pixels,
                name="fine_tune",
                phase=recipe.fine_tune,
                recipe=recipe,
                class_weight=class_weight,
                # Without lower layers in common, other views than the head has seen.
                seed=seed + recipe.head_phase.views,
                start=start,
                lower=lower,
                supervision=supervision,
                teacher=teacher,
            )


def _head_phase(
    fitted: Fitted,
    network: Network,
    pixels: Pixels,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    lower: LowerLayers | None,
    supervision: Supervision,
    teacher: Teacher | None,
) -> Epoch | None:
    """The epoch whose weights the head has now; None where it has none."""
    if supervision.has_finished("head"):
        fitted.epochs += supervision.epochs_of("head")
        return best_of(fitted.epochs, recipe.head_phase.monitor)
    if not recipe.head_phase.epochs:
        return None
    result = train_head(
        network,
        pixels,
        recipe=recipe,
        class_weight=class_weight,
        seed=seed,
        lower=lower,
        supervision=supervision,
        teacher=teacher,
    )
    fitted.epochs += result.epochs
    return result.best
