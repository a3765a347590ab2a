"""A model that was trained elsewhere becomes a run folder.

In: a .keras or .h5 file or a SavedModel folder, with what the user declares about it (`Declaration`). Out: a run folder
whose float model takes raw pixels 0 to 255 and gives probabilities.
"""

from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, normalisation_named

from .declaration import Declaration
from .model_import import check_unused, import_model, is_imported

__all__ = ["NORMALISATIONS", "Declaration", "check_unused", "import_model", "is_imported", "normalisation_named"]
