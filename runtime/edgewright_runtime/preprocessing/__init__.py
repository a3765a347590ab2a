"""The one way from an image file to pixels, and the contract that says which way it is."""

from .contract import Normalisation, Preprocessing

__all__ = ["Normalisation", "Preprocessing"]
