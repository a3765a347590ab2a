"""A network that is trained in a second, with every part that a phase treats in its own way."""

import keras

from edgewright_train.network import Head
from edgewright_train.network.head import classifier_head
from edgewright_train.network.network import Network

PLAIN_HEAD = Head(
    pooling="average",
    batch_norm=False,
    dropout=0.1,
    layers=(),
    activation="relu",
    layer_batch_norm=False,
    layer_dropout=0.0,
    l2=0.0,
)
"""A dense layer behind dropout."""


def tiny_network(*, seed: int = 1, classes: int = 3) -> Network:
    """One convolution, batch normalisation and a head, for 32 x 32 pixels; the same seed gives the same weights."""
    keras.utils.set_random_seed(seed)
    pixels = keras.Input((32, 32, 3), name="pixels")
    layers = (
        keras.layers.Conv2D(6, 3, strides=4, use_bias=False, name="convolution"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.ReLU(name="relu"),
    )
    maps = keras.layers.Rescaling(1 / 127.5, -1)(pixels)
    for layer in layers:
        maps = layer(maps)
    return _network(pixels, maps, layers, (layers[:2],), classes)


def residual_network(*, seed: int = 1, classes: int = 3) -> Network:
    """As above with a residual connection around `within`, and a block behind it: from 8 x 8 x 8 maps to 4 x 4 x 16."""
    keras.utils.set_random_seed(seed)
    pixels = keras.Input((32, 32, 3), name="pixels")
    stem = keras.layers.Conv2D(8, 3, strides=4, padding="same", use_bias=False, name="stem")
    stem_norm = keras.layers.BatchNormalization(name="stem_norm")
    within = keras.layers.Conv2D(8, 3, padding="same", use_bias=False, name="within")
    within_norm = keras.layers.BatchNormalization(name="within_norm")
    added = keras.layers.Add(name="sum")
    top = keras.layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="top")
    top_norm = keras.layers.BatchNormalization(name="top_norm")
    top_relu = keras.layers.ReLU(name="top_relu")
    first = stem_norm(stem(keras.layers.Rescaling(1 / 127.5, -1, name="normalisation")(pixels)))
    maps = top_relu(top_norm(top(added([first, within_norm(within(first))]))))
    layers = (stem, stem_norm, within, within_norm, added, top, top_norm, top_relu)
    return _network(pixels, maps, layers, ((top, top_norm), (within, within_norm), (stem, stem_norm)), classes)


def _network(pixels, maps, layers, blocks, classes: int) -> Network:
    pooled = keras.layers.GlobalAveragePooling2D(name="pooling")(maps)
    head = classifier_head(PLAIN_HEAD, classes)
    probabilities = pooled
    for layer in head:
        probabilities = layer(probabilities)
    return Network(
        model=keras.Model(pixels, probabilities),
        features=keras.Model(pixels, pooled),
        backbone_layers=layers,
        head=head,
        blocks=blocks,
    )
