"""A look at a data set before an hour is spent on it.

In: a folder of classes or a CSV file. Out: an `Inspection`, what is in it and what is wrong with it; then `findings` in
words, `answer` as JSON, and `page`, one HTML file. Needs no TensorFlow, but for a probe that stands on a backbone.
"""

from .inspection import Inspection, inspect_dataset
from .options import InspectOptions

__all__ = ["InspectOptions", "Inspection", "inspect_dataset"]
