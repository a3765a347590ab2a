"""What is wrong with a data set, a recipe or a training, and what to do about it.

In: what is known before a training (`data/`: labelled images and their pixels; `network/`: the network and features of
a sample) or after it (`trained/`: history, answers, weights). Out: a `Diagnosis`, whose `Finding`s each say what is
wrong, the evidence in numbers and the remedy. `tables.py` has a row for every check. What needs TensorFlow is imported
by the checks that do.
"""

from .examination import Check, examined
from .finding import ERROR, NOTHING_FOUND, WARNING, Diagnosis, Finding
from .report import FILE_NAME, diagnosis_json, read_diagnosis, verdict_lines

__all__ = [
    "ERROR",
    "FILE_NAME",
    "NOTHING_FOUND",
    "WARNING",
    "Check",
    "Diagnosis",
    "Finding",
    "diagnosis_json",
    "examined",
    "read_diagnosis",
    "verdict_lines",
]
