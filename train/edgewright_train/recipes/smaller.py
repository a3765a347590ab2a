"""What makes a small network as good as it can be, and a network smaller: a teacher, and weights that are zero."""

from __future__ import annotations

from dataclasses import dataclass, field

from edgewright_runtime.structured import check, rule


@dataclass(frozen=True)
class Distillation:
    """How much a teacher counts, where there is one (Hinton et al. 2015, arXiv:1503.02531).

    Attributes:
        temperature: that both sides' logits are divided by before they are compared; the higher, the more what the
            teacher thinks of the wrong classes counts.
        weight: of the teacher's answers in the loss; the labels have the rest.
    """

    temperature: float = field(metadata=rule(low=1, high=20))
    weight: float = field(metadata=rule(low=0, high=1))

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Pruning:
    """Which share of the weights becomes zero, in the phase of all layers (Zhu and Gupta 2017, arXiv:1710.01878).

    Attributes:
        sparsity: share of each kernel's weights that are zero at the end, the smallest ones; 0 prunes nothing. The
            first convolution and depthwise ones, which have few weights, stay as they are.
        ramp: share of the phase's epochs over which it rises to that; the rest trains what is left.
    """

    sparsity: float = field(metadata=rule(low=0, high=0.99))
    ramp: float = field(metadata=rule(low=0, high=1))

    def __post_init__(self) -> None:
        check(self)
