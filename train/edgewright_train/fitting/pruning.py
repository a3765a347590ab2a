"""Magnitude pruning while a network is trained: the smallest weights become zero, more and more, and stay zero."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..network.sparsity import prunable
from ..recipes import Pruning

_STEPS = 8
"""Of an epoch, at which more weights become zero; the paper does so every 100 to 1000 batches."""


def ramp_epochs(choices: Pruning, epochs: int) -> int:
    """After how many epochs the sparsity is what it is to be; at least one is left to train what remains."""
    return min(round(choices.ramp * epochs), epochs - 1) if choices.sparsity else 0


def sparsity_at(choices: Pruning, epochs_done: float, *, ramp: int) -> float:
    """The share of zeros at that point of a phase: s (1 - (1 - t)^3) for t from 0 to 1 over the ramp.

    Source: Zhu and Gupta 2017, arXiv:1710.01878, equation 1, from no sparsity on.
    """
    done = min(epochs_done / ramp, 1.0) if ramp else 1.0
    return choices.sparsity * (1.0 - (1.0 - done) ** 3)


class MagnitudePruning(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps a growing share of each kernel's weights, the smallest ones, at zero.

    Which weights those are follows from the weights and from how far the phase is, so that a phase that goes on after
    an interruption prunes as it would have.
    """

    def __init__(self, choices: Pruning, *, epochs: int, steps: int) -> None:
        """Makes it for a phase.

        Args:
            choices: how many weights become zero, and how fast.
            epochs: of the phase.
            steps: batches of an epoch.
        """
        super().__init__()
        self._choices, self._ramp = choices, ramp_epochs(choices, epochs)
        self._kernels: tuple[Any, ...] = ()
        self._masks: tuple[Any, ...] = ()
        self._steps, self._every, self._epoch = steps, max(1, steps // _STEPS), 0
        self._apply = tf.function(self._masked)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Finds what is pruned in the model that is trained: the network, or its upper part."""
        self._kernels = tuple(layer.kernel for layer in prunable(self.model))
        self._masks = tuple(tf.Variable(tf.ones(kernel.shape), trainable=False) for kernel in self._kernels)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Notes which it is."""
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Chooses, several times an epoch, which weights are zero from now on."""
        if batch % self._every:
            return
        share = sparsity_at(self._choices, self._epoch + batch / self._steps, ramp=self._ramp)
        for kernel, mask in zip(self._kernels, self._masks, strict=True):
            mask.assign(_mask(np.asarray(kernel), share))
        self._apply()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Sets back to zero what the optimizer's step has moved."""
        self._apply()

    def _masked(self) -> None:
        for kernel, mask in zip(self._kernels, self._masks, strict=True):
            kernel.assign(kernel * mask)


def _mask(values: Any, share: float) -> Any:
    """0 for that share of the values, those nearest to zero, and 1 for the rest; of equal ones the first are zero."""
    count = round(share * values.size)
    mask = np.ones(values.size, np.float32)
    mask[np.argsort(np.abs(values).ravel(), kind="stable")[:count]] = 0.0
    return mask.reshape(values.shape)
