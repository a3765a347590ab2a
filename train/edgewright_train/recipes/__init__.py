"""What a training is made of but the data: recipes, and the TOML files of those that come with the package.

In: the name of a packaged recipe or the path of a TOML file, and what a user puts in place of its values. Out: a
`Recipe`, every field of it checked. Nothing here imports TensorFlow.
"""

from ..network import ACTIVATIONS, Head
from .augmentation import Augmentation
from .optimization import Loss, Optimizer
from .phases import FineTunePhase, FullPhase, HeadPhase, Phase
from .recipe import Recipe, check_epochs
from .recipe_changes import NO_CHANGES, RecipeChanges, changes_from, epochs_from
from .recipe_file import load_recipe, parse_recipe, recipe_names
from .recipe_text import toml_from_recipe
from .smaller import Distillation, Pruning

__all__ = [
    "ACTIVATIONS",
    "NO_CHANGES",
    "Augmentation",
    "Distillation",
    "FineTunePhase",
    "FullPhase",
    "Head",
    "HeadPhase",
    "Loss",
    "Optimizer",
    "Phase",
    "Pruning",
    "Recipe",
    "RecipeChanges",
    "changes_from",
    "check_epochs",
    "epochs_from",
    "load_recipe",
    "parse_recipe",
    "recipe_names",
    "toml_from_recipe",
]
