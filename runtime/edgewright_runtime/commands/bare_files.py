"""What `evaluate`, `gate` and `bench` share about model files that lie in no run folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import EdgewrightError
from ..run.run_folder import bare_model

_FOR_FILES = ("labels", "preprocessing", "data")


def add_file_options(parser: argparse.ArgumentParser, *, data: str | None = None) -> None:
    """Declares --labels and --preprocessing, and --data with that help text."""
    parser.add_argument(
        "--labels", metavar="FILE", type=Path, help="labels.txt of a model file, if it does not lie beside it."
    )
    parser.add_argument(
        "--preprocessing", metavar="FILE", type=Path, help="preprocessing.json of a model file, likewise."
    )
    if data is not None:
        parser.add_argument("--data", metavar="DATA", type=Path, help=data)


def file_in(arguments: argparse.Namespace) -> Path | None:
    """The model where the first argument is a file, a SavedModel or a folder with one file; None of a run folder.

    Raises:
        EdgewrightError: options for the other kind were given.
    """
    model = bare_model(arguments.run)
    given = [name for name in _FOR_FILES if getattr(arguments, name, None) is not None]
    if model is None and given and arguments.run.exists():
        raise EdgewrightError(
            f"{arguments.run} is a run folder, which has its own; --{given[0]} goes with a model file"
        )
    if model is not None and arguments.format is not None:
        raise EdgewrightError(f"{model} is one model file, so its format is known; --format goes with a run folder")
    return model
