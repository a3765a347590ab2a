"""ResNet-50 (He et al. 2016, arXiv:1512.03385): weights for blue, green, red turned into weights for red, green, blue.

A layer that swaps channels would be one more operator in every converted file; a kernel with its input channels in the
other order computes the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def red_first(model: Any) -> None:
    """Puts the input channels of the first convolution, into which a file was loaded, in the order red, green, blue."""
    layer = model.get_layer("conv1_conv")
    kernel, *rest = layer.get_weights()
    layer.set_weights([np.ascontiguousarray(kernel[:, :, ::-1]), *rest])
