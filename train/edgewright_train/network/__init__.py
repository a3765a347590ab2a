"""The classifier that is trained: a backbone from a table, what it starts from, and a head.

In: the name of a backbone, starting weights, a preprocessing contract and the number of classes. Out: a
`network.Network`, one flat Keras graph from pixels 0 to 255 to probabilities. What needs Keras is not imported here: a
wrong size, width or weights file is told before Keras is.
"""

from .backbones import BACKBONES, Backbone, backbone_named
from .head_choices import ACTIVATIONS, Head
from .weights import IMAGENET, NONE, WEIGHTS_BY_NAME, StartingWeights, backbone_of_file, starting_weights

__all__ = [
    "ACTIVATIONS",
    "BACKBONES",
    "IMAGENET",
    "NONE",
    "WEIGHTS_BY_NAME",
    "Backbone",
    "Head",
    "StartingWeights",
    "backbone_named",
    "backbone_of_file",
    "starting_weights",
]
