"""Several backbones trained on one split, converted, timed and put side by side.

In: data, the options of a training, and the names of backbones. Out: a run folder for each, and `comparison.csv` and
`comparison.png` with what each costs and how well it does. What converts and times is run as commands: this package
knows only the run folders that they leave.
"""

from .comparing import compare_backbones
from .entrants import Entrant, entrants_of, weights_among
from .rows import measured
from .tables import print_rows
from .verdict import Row, worth_shipping

__all__ = [
    "Entrant",
    "Row",
    "compare_backbones",
    "entrants_of",
    "measured",
    "print_rows",
    "weights_among",
    "worth_shipping",
]
