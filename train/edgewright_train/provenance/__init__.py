"""What a run was made from, and whether what is asked for now is the same.

In goes a run folder and what the user gave; out comes the record that the manifest keeps, or one sentence that names
every difference. Nothing here imports TensorFlow.
"""

from edgewright_runtime.dataset.fingerprint import DataFile, digest, files_of

from .asked import Asked
from .existing import STAGE, check_free, kept_run
from .record import Provenance, UsedWeights, provenance_of

__all__ = [
    "STAGE",
    "Asked",
    "DataFile",
    "Provenance",
    "UsedWeights",
    "check_free",
    "digest",
    "files_of",
    "kept_run",
    "provenance_of",
]
