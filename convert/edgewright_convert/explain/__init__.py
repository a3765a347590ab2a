"""Where an INT8 .tflite file loses accuracy: layer by layer, on real images.

In: a run folder. Out: one `layers.LayerError` per layer, as a table, JSON and a picture. Only the command is imported
here, for `edgewright --help` must not wait for TensorFlow.
"""

from .command import COMMAND

__all__ = ["COMMAND"]
