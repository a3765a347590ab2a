"""The contract of a model that nobody wrote down, found by trying.

In: a model as it is (`BareModel`), photographs, and what is known already. Out: every contract that was tried with how
well the model did under it, the best of them, and whether it can be told from the others.
"""

from .bare_model import BareModel
from .candidates import Candidate, Geometry, Known, Values, contract_for
from .checking import doubts_about
from .photographs import photographs_of
from .search import Found, search
from .trial import Photographs, Score

__all__ = [
    "BareModel",
    "Candidate",
    "Found",
    "Geometry",
    "Known",
    "Photographs",
    "Score",
    "Values",
    "contract_for",
    "doubts_about",
    "photographs_of",
    "search",
]
