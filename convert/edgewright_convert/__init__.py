"""A Keras model becomes .tflite files, .onnx files and TensorRT engines, and each is checked before it is written.

In: a run folder with a float model (`import_model` makes one of a model from elsewhere). Out: one `Outcome` per format.
"""

from .importing import Declaration, import_model
from .options import ConvertOptions
from .pipeline import Outcome, convert

__all__ = ["ConvertOptions", "Declaration", "Outcome", "convert", "import_model"]
