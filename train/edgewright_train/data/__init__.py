"""What images there are, which split each is in, and how they reach the network.

In: a folder of classes or a CSV file, and a recipe. Out: `Prepared`, the labelled and split images; then
`pixels.Pixels`, each image decoded once to uint8 of shape (height, width, 3), and from it `batches`, float32 pixels 0
to 255 with one-hot labels, augmented for training. `handwritten_digits` writes a data set that needs no download.
`augmentation` and `batches` need TensorFlow and are therefore not imported here: bad data is told before it is.
"""

from .preparation import FixedLabels, Prepared, fixed_labels, prepare

__all__ = ["FixedLabels", "Prepared", "fixed_labels", "prepare"]
