"""The one place that uses what Keras does not promise; pyproject.toml bounds the versions that it was tried with.

`Function._run_through_graph` walks a functional model's operations with a function of ours in their place, and nothing
public does: `keras.models.clone_model` copies layers, it does not hand over the calls between them. `_functional` is
the functional model inside a Sequential one, `_keras_history` says which layer made a tensor, and in which of its
calls, and `_inbound_nodes` has these calls. `_check_factor_range` is what RandomShear asks of its factors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras


def functional_of(model: Any) -> Any | None:
    """The model as Keras's functional kind; None if it computes in Python code of its own."""
    opened = getattr(model, "_functional", None) if isinstance(model, keras.Sequential) else model
    return opened if isinstance(opened, keras.Model) and hasattr(opened, "_run_through_graph") else None


def run_through_graph(functional: Any, inputs: Any, call: Callable[..., Any]) -> Any:
    """The outputs of a functional model whose operations are called through `call(operation, *args, **kwargs)`."""
    # Up to Keras 3.13, `operation_fn` had no default.
    return functional._run_through_graph(inputs, operation_fn=lambda operation: operation, call_fn=call)


def layer_that_makes(tensor: Any) -> Any | None:
    """The layer or nested model whose output a KerasTensor is; None where the tensor does not tell."""
    return getattr(tensor, "_keras_history", (None,))[0]


def made_from(tensor: Any) -> Any:
    """The one KerasTensor from which the layer or nested model of `layer_that_makes` made this one."""
    layer, call, _ = tensor._keras_history
    (source,) = layer._inbound_nodes[call].input_tensors
    return source


def calls_of(layer: Any) -> list[tuple[list[Any], list[Any]]]:
    """The KerasTensors that went into the layer and came out of it, call by call."""
    return [(list(node.input_tensors), list(node.output_tensors)) for node in layer._inbound_nodes]


@contextmanager
def shear_as_saved() -> Iterator[None]:
    """Lets RandomShear be read: it saves the factor 0.5 as (-0.5, 0.5), and refuses negative ones when it is read."""
    kind = keras.layers.RandomShear
    check = kind._check_factor_range
    kind._check_factor_range = lambda *_: None
    try:
        yield
    finally:
        kind._check_factor_range = check
