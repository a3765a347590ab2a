"""What a run was made from, and whether what is asked for now is the same.

In goes a run folder and what the user gave; out comes the record that the manifest keeps, or one sentence that names
every difference. Nothing here imports TensorFlow.
"""

from .asked import Asked
from .existing import STAGE, check_free, kept_run
from .record import Provenance, UsedTeacher, UsedWeights, provenance_of
from .unfinished import check_same

__all__ = [
    "STAGE",
    "Asked",
    "Provenance",
    "UsedTeacher",
    "UsedWeights",
    "check_free",
    "check_same",
    "kept_run",
    "provenance_of",
]
