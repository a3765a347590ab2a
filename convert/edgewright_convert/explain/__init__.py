"""What an INT8 .tflite file does to the labels, where it loses accuracy, and what to do about it.

In: a run folder. Out: an `explanation.Explanation`, as text, JSON, a picture and a page. `explanation` measures,
`findings` holds what was found, `suggestions` has the remedies as a table, `advice` puts both into words. Only the
command is imported here, for `edgewright --help` must not wait for TensorFlow.
"""

from .command import COMMAND

__all__ = ["COMMAND"]
