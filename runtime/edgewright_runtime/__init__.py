"""Matched preprocessing, classification and measurement on the machine where the model will run."""

from .backends.hardware.acceleration import Acceleration
from .classifier import Classifier
from .errors import EdgewrightError
from .preprocessing import Preprocessing
from .version import __version__

__all__ = ["Acceleration", "Classifier", "EdgewrightError", "Preprocessing", "__version__"]
