"""A network's weights fitted to INT8: channels equalized, kernels and biases put on their grids layer by layer.

In: the `Graph` of a folded model, the pixels of the representative dataset, and which steps are to be taken. Out: the
same graph with other weights in its layers, and a range for each activation.
"""

from .cross_layer_equalization import equalize
from .layer_correction import correct_in_order

__all__ = ["correct_in_order", "equalize"]
