"""Which tensor of a .tflite file is the output of which Keras layer: told by the tensor's name.

TFLiteConverter names a tensor after the TensorFlow operators that became one operator, joined by `;`. It drops the
names of most fake-quantization operators, and Keras's own scopes are ambiguous: layer `relu` computes in `relu_1`, and
so might a layer `relu_1`. So a layer whose output has a range computes in a scope of ours, which the names keep.
"""

from __future__ import annotations

SCOPE_PREFIX = "layer>"
"""`>` may stand in TensorFlow's scopes, and hardly ever stands in a layer's name."""


def layer_scope(layer: str) -> str:
    """The TensorFlow name scope in which the layer of that name is computed.

    It ends in `/`, so that a layer that is called twice computes in the same scope both times.
    """
    return f"{SCOPE_PREFIX}{layer}/"


def layers_in(tensor_name: str) -> frozenset[str]:
    """The layers in whose scopes the tensor is computed: one or none, unless the converter joined what it must not."""
    parts = tensor_name.split(";")
    return frozenset(part.removeprefix(SCOPE_PREFIX).split("/")[0] for part in parts if part.startswith(SCOPE_PREFIX))


def first_layer_in(tensor_name: str) -> str | None:
    """The layer that makes the tensor, where the converter joined what several compute; None if no scope names one."""
    parts = [part for part in tensor_name.split(";") if part.startswith(SCOPE_PREFIX)]
    return parts[0].removeprefix(SCOPE_PREFIX).split("/")[0] if parts else None
