"""The parts of a trained Keras classifier that the looks need, found by what they are and not by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

_FEWEST_PLACES = 4
"""Rows and columns of a feature map that can still say where something is."""


_NOTHING_NEW = (keras.layers.Rescaling, keras.layers.Normalization, keras.layers.ZeroPadding2D, keras.layers.Cropping2D)
"""Layers whose maps are those that they are given."""


@dataclass(frozen=True)
class Parts:
    """A classifier taken apart.

    Attributes:
        model: float32 pixels (n, height, width, channels), 0 to 255, to probabilities (n, classes).
        maps: of the layers with a feature map as output, from the input on.
    """

    model: Any
    maps: tuple[Any, ...]

    @property
    def last_map(self) -> Any:
        """The layer with the last feature map before pooling that has room to say where something is."""
        roomy = [layer for layer in self.maps if min(_side(layer)) >= _FEWEST_PLACES]
        return roomy[-1] if roomy else max(self.maps, key=lambda layer: min(_side(layer)))

    @property
    def output_layer(self) -> Any:
        """The dense layer whose softmax is the answer."""
        return self.model.layers[-1]

    @property
    def first_convolution(self) -> Any | None:
        """The first convolution that sees the colours themselves; None where there is none."""
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Conv2D) and not isinstance(layer, keras.layers.DepthwiseConv2D):
                return layer if layer.kernel.shape[2] == self.model.input_shape[-1] else None
        return None

    def depths(self, count: int) -> tuple[Any, ...]:
        """Of each size of feature map the last layer, from large to small; at most `count` of them."""
        by_side = {_side(layer): layer for layer in self.maps if min(_side(layer)) >= 2}
        layers = list(by_side.values()) or list(self.maps[-1:])
        chosen = np.unique(np.linspace(0, len(layers) - 1, count).round().astype(int))
        return tuple(layers[place] for place in chosen)

    def outputs(self, layers: Sequence[Any], pixels: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """What those layers give for the pixels, as float32."""
        part = keras.Model(self.model.input, [layer.output for layer in layers])
        found = keras.tree.flatten(part(pixels, training=False))  # of one layer Keras gives no list
        return [keras.ops.convert_to_numpy(each).astype(np.float32) for each in found]


def parts_of(model: Any) -> Parts:
    """The classifier taken apart; its layers lie in its graph themselves, as `network.build_network` puts them."""
    behind_input = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    maps = tuple(layer for layer in behind_input if _is_map(layer) and not isinstance(layer, _NOTHING_NEW))
    return Parts(model, maps)


def _is_map(layer: Any) -> bool:
    shape = getattr(layer.output, "shape", ())
    # Squeeze-and-excite blocks have maps of one place between, which show nothing.
    return len(shape) == 4 and None not in shape[1:] and shape[1:3] != (1, 1)


def _side(layer: Any) -> tuple[int, int]:
    return int(layer.output.shape[1]), int(layer.output.shape[2])
