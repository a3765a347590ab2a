"""Matched preprocessing, classification and measurement on the machine where the model will run."""

from .errors import EdgewrightError

__version__ = "0.1.0"
__all__ = ["EdgewrightError", "__version__"]
