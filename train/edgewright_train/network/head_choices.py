"""The layers between the backbone and the probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field

from edgewright_runtime.structured import check, rule

POOLINGS = ("average", "max", "both")
ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "swish")

_DROPOUT = rule(low=0, high=0.95)


@dataclass(frozen=True)
class Head:
    """What turns the backbone's feature maps into probabilities; the last dense layer is always there.

    Attributes:
        pooling: over rows and columns: `average`, `max`, or `both` side by side.
        batch_norm: behind the pooling.
        dropout: before the first dense layer.
        layers: units of the dense layers before the last one.
        activation: of those layers.
        layer_batch_norm: behind each of them.
        layer_dropout: behind each of them.
        l2: factor of the sum of squares of their kernels in the loss.
    """

    pooling: str = field(metadata=rule(among=POOLINGS))
    batch_norm: bool
    dropout: float = field(metadata=_DROPOUT)
    layers: tuple[int, ...] = field(metadata=rule(low=1, high=16384))
    activation: str = field(metadata=rule(among=ACTIVATIONS))
    layer_batch_norm: bool
    layer_dropout: float = field(metadata=_DROPOUT)
    l2: float = field(metadata=rule(low=0, high=1))

    def __post_init__(self) -> None:
        check(self)
