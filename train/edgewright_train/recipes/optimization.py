"""What is minimised, and by what."""

from __future__ import annotations

from dataclasses import dataclass, field

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.structured import check, rule

OPTIMIZERS = ("adam", "adamw", "sgd")
LOSSES = ("crossentropy", "focal")
BALANCES = ("none", "class_weights", "balanced_sampling", "oversampling", "undersampling")


@dataclass(frozen=True)
class Optimizer:
    """What turns gradients into steps.

    Attributes:
        name: `adam`, `adamw` or `sgd`.
        weight_decay: of kernels, by AdamW and SGD, decoupled from the gradient.
        momentum: of SGD (Nesterov's); Adam and AdamW keep their own.
        accumulation: batches whose gradients are averaged into one step.
        mixed_precision: compute in float16 on a GPU (bfloat16 on a CPU) with float32 weights and probabilities.
    """

    name: str = field(metadata=rule(among=OPTIMIZERS))
    weight_decay: float = field(metadata=rule(low=0, high=1))
    momentum: float = field(metadata=rule(low=0, high=0.999))
    accumulation: int = field(metadata=rule(low=1, high=1024))
    mixed_precision: bool

    def __post_init__(self) -> None:
        check(self)
        if self.weight_decay and self.name == "adam":
            raise EdgewrightError(
                'weight_decay is of no effect with adam; choose name = "adamw", or weight_decay = 0.0'
            )


@dataclass(frozen=True)
class Loss:
    """What is minimised.

    Attributes:
        kind: `crossentropy` or `focal`.
        label_smoothing: share of each label that is spread over all classes.
        gamma: by how much the focal loss leaves out what is right already (Lin et al. 2017, arXiv:1708.02002).
    """

    kind: str = field(metadata=rule(among=LOSSES))
    label_smoothing: float = field(metadata=rule(low=0, high=0.5))
    gamma: float = field(metadata=rule(low=0, high=10))

    def __post_init__(self) -> None:
        check(self)
