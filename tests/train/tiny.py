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
    features = keras.layers.Rescaling(1 / 127.5, -1)(pixels)
    for layer in layers:
        features = layer(features)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooling")(features)
    head = classifier_head(PLAIN_HEAD, classes)
    probabilities = pooled
    for layer in head:
        probabilities = layer(probabilities)
    return Network(
        model=keras.Model(pixels, probabilities),
        features=keras.Model(pixels, pooled),
        backbone_layers=layers,
        head=head,
        blocks=(layers[:2],),
    )
