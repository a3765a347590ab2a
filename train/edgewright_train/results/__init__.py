"""What a training leaves: how good the model is, and the run folder that holds it.

In: a fitted network's probabilities and history. Out: `Scores` of each split, pictures of them, and a `Trained` that
`publish` puts in its run folder, whole or not at all. `publish` and `saved_model` need TensorFlow and are therefore not
imported here.
"""

from .scores import ClassScores, Scores, score
from .trained import Trained
from .writable import check_writable

__all__ = ["ClassScores", "Scores", "Trained", "check_writable", "score"]
