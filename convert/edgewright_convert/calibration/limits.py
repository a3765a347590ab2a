"""How many images a conversion needs, and how many it looks at."""

from edgewright_runtime.errors import EdgewrightError

MINIMUM_SIZE = 20
"""Images of a representative dataset. Below this a range is the extreme of so few values that a single odd photograph
decides it."""

MOST_VALIDATION_IMAGES = 200
"""Enough to tell apart how far two files are from the float model in the mean."""


def check_size(size: int) -> None:
    """Sees that a representative dataset of that many images is worth drawing.

    Raises:
        EdgewrightError: it is smaller than `MINIMUM_SIZE`.
    """
    if size < MINIMUM_SIZE:
        raise EdgewrightError(f"A representative dataset needs at least {MINIMUM_SIZE} images, not {size}")
