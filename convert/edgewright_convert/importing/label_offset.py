"""Labels and outputs that are not one to one: the background that many files have as a class of its own."""

from __future__ import annotations

from collections.abc import Sequence

from edgewright_runtime.errors import EdgewrightError

BACKGROUND = "background"


def labels_of_outputs(labels: Sequence[str], offset: int, outputs: int, *, where: str) -> tuple[str, ...]:
    """One label for each output.

    Args:
        labels: as the list has them.
        offset: at which output the first of them is; negative where that many labels at the beginning have no output.
        outputs: how many there are.
        where: what sentences call the model.

    Raises:
        EdgewrightError: labels are left over at the end, or name fewer than half of the outputs.
    """
    before = tuple(_unused(place) for place in range(max(0, offset)))
    named = (*before, *labels[max(0, -offset) :])
    if offset < 0:
        named = named[:outputs]
    if len(named) > outputs:
        raise EdgewrightError(
            f"{where} has {outputs} outputs, and with the first of {len(labels)} labels at output {offset} "
            f"{len(named) - outputs} would have none; give the labels that it was trained with"
        )
    if outputs - len(named) > len(labels):
        raise EdgewrightError(
            f"{where} has {outputs} outputs, and {len(labels)} labels leave most of them without a name; give the "
            f"labels that it was trained with"
        )
    return (*named, *(_unused(place) for place in range(len(named), outputs)))


def _unused(place: int) -> str:
    return BACKGROUND if place == 0 else f"{BACKGROUND} {place}"
