"""`edgewright digits`: a small real data set without a download."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgewright_runtime.optional_imports import import_optional


def digits(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the folders 0 to 9 go.")],
) -> None:
    """Write scikit-learn's 1797 handwritten digits as PNG files, one folder per class.

    Example: edgewright digits data/digits
    """
    source = import_optional(
        "edgewright_train.handwritten_digits", package="scikit-learn", extra="train", purpose="edgewright digits"
    )
    written = source.write_digits(out)
    typer.echo(f"Wrote {written} images to {out}." if written else f"{out} already holds them all.")
