"""The optimizers, a row each; layers may have rates of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from ..recipes import Optimizer


def made_optimizer(choices: Optimizer, *, rate: float, factors: Mapping[str, float] | None = None) -> Any:
    """A Keras optimizer as the recipe says.

    Args:
        choices: which, and its settings.
        rate: the learning rate that it starts with.
        factors: of the learning rate, by the path of a variable; 1 for all that are not in it.
    """
    given = {
        "name": choices.name,
        "learning_rate": rate,
        # Keras takes None where nothing is accumulated.
        "gradient_accumulation_steps": choices.accumulation if choices.accumulation > 1 else None,
    }
    optimizer: Any = _OPTIMIZERS[choices.name](choices, given)
    optimizer.own_steps(decay=choices.weight_decay, factors=factors or {})
    return optimizer


class _OwnSteps:
    """What both optimizers below add to Keras's: a factor of each variable's rate, and decay by that same rate.

    Keras's own `weight_decay` goes by the one learning rate, and would shrink the lower layers as much as the upper.
    """

    _decay = 0.0
    _factors: Mapping[str, float] = {}
    _steps: tuple[tuple[float, float], ...] = ()

    def own_steps(self, *, decay: float, factors: Mapping[str, float]) -> None:
        """Sets them, before the optimizer sees the variables."""
        self._decay, self._factors = decay, dict(factors)

    def unbuilt(self) -> Any:
        """One more with the same settings, which has seen no variables."""
        own = type(self).from_config(self.get_config())  # type: ignore[attr-defined]
        own.own_steps(decay=self._decay, factors=self._factors)
        return own

    def build(self, variables: Any) -> None:
        """Looks up what each variable gets; paths are known here, but not any more where steps are made."""
        if not self.built:  # type: ignore[attr-defined]
            self._steps = tuple(
                (self._factors.get(variable.path, 1.0), self._decay if _decays(variable) else 0.0)
                for variable in variables
            )
        super().build(variables)  # type: ignore[misc]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Decay decoupled from the gradient (Loshchilov and Hutter 2017, arXiv:1711.05101), then Keras's step."""
        factor, decay = self._steps[self._get_variable_index(variable)]  # type: ignore[attr-defined]
        rate = keras.ops.cast(learning_rate, variable.dtype) * factor
        if decay:
            self.assign_sub(variable, variable * rate * decay)  # type: ignore[attr-defined]
        super().update_step(gradient, variable, rate)  # type: ignore[misc]


class _OwnAdam(_OwnSteps, keras.optimizers.Adam):  # type: ignore[misc]
    pass


class _OwnSgd(_OwnSteps, keras.optimizers.SGD):  # type: ignore[misc]
    pass


# Adam and AdamW differ in the decay alone, which a recipe gives to AdamW only.
_OPTIMIZERS: dict[str, Callable[[Optimizer, Mapping[str, Any]], Any]] = {
    "adam": lambda _, given: _OwnAdam(**given),
    "adamw": lambda _, given: _OwnAdam(**given),
    "sgd": lambda choices, given: _OwnSgd(momentum=choices.momentum, nesterov=choices.momentum > 0, **given),
}


def _decays(variable: Any) -> bool:
    """Whether it is a kernel. Biases and the two vectors of a BatchNorm only have one axis; decay would bias them."""
    return len(variable.shape) > 1
