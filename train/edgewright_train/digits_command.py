"""`edgewright digits`: a small real data set without a download."""

from __future__ import annotations

import argparse

from edgewright_runtime.command_line import Command, path
from edgewright_runtime.errors import EXIT_DONE
from edgewright_runtime.optional_imports import import_optional


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `digits` takes."""
    parser.add_argument("out", metavar="FOLDER", type=path, help="Where the folders 0 to 9 go.")


def run(arguments: argparse.Namespace) -> int:
    """Writes the images."""
    source = import_optional(
        "edgewright_train.data.handwritten_digits", package="scikit-learn", extra="train", purpose="edgewright digits"
    )
    written = source.write_digits(arguments.out)
    print(f"Wrote {written} images to {arguments.out}." if written else f"{arguments.out} already holds them all.")
    return EXIT_DONE


COMMAND = Command(
    summary="Write scikit-learn's 1797 handwritten digits as PNG files, one folder per class.",
    example="edgewright digits data/digits",
    add_arguments=add_arguments,
    run=run,
)
