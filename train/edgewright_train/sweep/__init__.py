"""Every combination of some values trained on one split, converted, timed: how accuracy, latency and size trade.

In: data, the options of a training, and words such as `alpha=0.35,1.0 size=96,160`. Out: a run folder for each
combination, `sweep.csv` and `sweep.png` with what each costs and how well it does, and the smallest that is accurate
enough. What trains and measures one is the comparison's.
"""

from .frontier import Choice, not_beaten, smallest_within
from .grid import Grid, grid_of
from .sweeping import Swept, sweep_grid
from .tables import print_swept

__all__ = ["Choice", "Grid", "Swept", "grid_of", "not_beaten", "print_swept", "smallest_within", "sweep_grid"]
