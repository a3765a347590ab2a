"""The network is fitted to the training split, phase by phase, and the validation split says which epoch was best.

In: a `Network`, `Pixels` and a recipe. Out: the same network with the best epoch's weights, and a `phases.Fitted` with
an `Epoch` for each epoch. All but `Epoch` needs Keras and is therefore not imported here.
"""

from .supervising.epoch import Epoch

__all__ = ["Epoch"]
