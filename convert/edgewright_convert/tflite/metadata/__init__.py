"""TFLite metadata: labels and preprocessing contract inside the file, as programs such as MediaPipe Tasks read them.

In: a contract, labels, a `ModelCard` and a finished .tflite file. Out: the metadata's bytes, the files that belong to
it, and the .tflite file with both inside.
"""

from .metadata import ModelCard, associated_files, metadata_of
from .metadata_packing import tflite_with_metadata

__all__ = ["ModelCard", "associated_files", "metadata_of", "tflite_with_metadata"]
