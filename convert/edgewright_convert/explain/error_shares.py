"""Where an INT8 file's error comes from: which layers' rounding, and weights or activations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .layers import LayerError

_SOFTMAX = "SOFTMAX"
"""Its output has the same 256 levels in every file; what can be mended lies before it."""


@dataclass(frozen=True)
class ErrorShares:
    """How the error divides.

    Attributes:
        by_layer: each layer's share of what rounding activations costs at the outputs, 0 to 1, the greatest first; they
            sum to 1. Empty where it could not be measured, or nothing is lost.
        weights: the weights' share of the whole error, 0 to 1; None if not known. Where weights were not looked at by
            themselves, what the activations leave unexplained.
    """

    by_layer: Mapping[str, float]
    weights: float | None

    @property
    def worst(self) -> tuple[str, float] | None:
        """The layer with the greatest share, and that share."""
        return next(iter(self.by_layer.items()), None)

    def layers_of(self, share: float) -> tuple[str, ...]:
        """As few layers as together have at least this share of the error."""
        found: list[str] = []
        reached = 0.0
        for layer, own in self.by_layer.items():
            if reached >= share:
                break
            found.append(layer)
            reached += own
        return tuple(found)


def error_shares(sensitivities: Mapping[str, float], rows: Sequence[LayerError], square_error: float) -> ErrorShares:
    """The shares from what each layer's activation costs at the outputs when it alone is quantized.

    Args:
        sensitivities: mean square error of the probabilities by layer, the greatest first, as `sensitivity_of_layers`
            gives it; may be empty.
        rows: of the same conversion.
        square_error: mean square error of the whole file's probabilities, on the same images.
    """
    activations = sum(sensitivities.values())
    by_layer = {layer: error / activations for layer, error in sensitivities.items()} if activations else {}
    weights = _weights_share(rows)
    if weights is None and activations and square_error:
        weights = max(0.0, 1 - activations / square_error)
    return ErrorShares(by_layer, weights)


def _weights_share(rows: Sequence[LayerError]) -> float | None:
    """Of the noise in the last layer before the softmax; weights and activations taken for independent."""
    last = next((row for row in reversed(rows) if row.operator != _SOFTMAX), None)
    if last is None or last.weights_db is None or last.activations_db is None:
        return None
    weights, activations = (10 ** (-ratio / 10) for ratio in (last.weights_db, last.activations_db))
    return weights / (weights + activations)
