"""What of a recipe only one device can do."""

from __future__ import annotations

from .recipe import Recipe


def why_alone(recipe: Recipe) -> str | None:
    """What the recipe has that several devices cannot do together; None where they can do all of it."""
    if recipe.optimizer.accumulation > 1:
        return f"accumulation = {recipe.optimizer.accumulation}"
    if recipe.optimizer.mixed_precision:
        return "mixed_precision = true"
    if recipe.pruning.sparsity:
        return f"pruning, sparsity = {recipe.pruning.sparsity},"
    return None
