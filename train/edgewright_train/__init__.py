"""A data set becomes a run folder with a trained Keras classifier.

In: a folder of classes or a CSV file, and `TrainOptions` with a recipe. Out: a `Trained` model with its scores, which
lies in a run folder that `edgewright_convert` and `edgewright_runtime` read.
"""

from .options import TrainOptions
from .pipeline import train
from .recipes import Recipe, load_recipe, recipe_names

__all__ = ["Recipe", "TrainOptions", "load_recipe", "recipe_names", "train"]
