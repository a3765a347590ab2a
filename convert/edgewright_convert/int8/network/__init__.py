"""A network as a graph that is walked, computed and written anew: what it computes, before any weight is fitted.

In: a Keras model, and for what has grids the ranges of its activations. Out: its `Graph` of `Step`s, and of that a
folded copy, the normalisation of its pixels, the outputs of any step, the outputs as INT8 would give them, or a
computation that carries the ranges into a converter.
"""

from .fake_quantization import in_layer_scopes, labelled_layers, with_fake_quantization
from .folding import folded_model
from .keras_graph import Graph, Step, UnsupportedModelError, graph_of
from .pixel_normalisation import without_half_steps
from .simulation import outputs_of_steps, simulated_outputs

__all__ = [
    "Graph",
    "Step",
    "UnsupportedModelError",
    "folded_model",
    "graph_of",
    "in_layer_scopes",
    "labelled_layers",
    "outputs_of_steps",
    "simulated_outputs",
    "with_fake_quantization",
    "without_half_steps",
]
