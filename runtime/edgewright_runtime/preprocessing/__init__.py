"""The one way from an image file to pixels, and the contract that says which way it is.

In: a path, bytes, an open file, a PIL image or an array. Out: uint8 pixels as the model takes them, from
`Preprocessing.apply`; then, where a model's graph does not take these, the values that it takes, from `model_input`.
`Contract` is what preprocessing.json holds.
"""

from .contract import Contract, Normalisation
from .model_input import model_input
from .preprocessing import Preprocessing

__all__ = ["Contract", "Normalisation", "Preprocessing", "model_input"]
