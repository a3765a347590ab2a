"""The one way from an image file to pixels, and the contract that says which way it is.

In: a path, bytes, an open file, a PIL image or an array. Out: uint8 pixels as the model takes them, from
`Preprocessing.apply`. `Contract` is what preprocessing.json holds.
"""

from .contract import Contract, Normalisation
from .preprocessing import Preprocessing

__all__ = ["Contract", "Normalisation", "Preprocessing"]
