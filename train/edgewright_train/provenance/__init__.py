"""What a run was made from, and whether what is asked for now is the same.

In goes a run folder and what the user gave; out comes the record that the manifest keeps, or one sentence that names
every difference. Nothing here imports TensorFlow.
"""

from .asked import Asked
from .differences import data_digest
from .existing import STAGE, check_free, kept_run
from .finished import check_finished, made_from_in
from .record import Provenance, UsedTeacher, UsedWeights, provenance_of
from .unfinished import check_same, unlike

__all__ = [
    "STAGE",
    "Asked",
    "Provenance",
    "UsedTeacher",
    "UsedWeights",
    "check_finished",
    "check_free",
    "check_same",
    "data_digest",
    "kept_run",
    "made_from_in",
    "provenance_of",
    "unlike",
]
