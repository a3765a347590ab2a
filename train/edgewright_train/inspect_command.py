"""`edgewright inspect`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgewright_runtime.command_line import Command, path, whole_number
from edgewright_runtime.errors import EXIT_DONE, EdgewrightError
from edgewright_runtime.optional_imports import import_optional

if TYPE_CHECKING:
    from .inspection import Inspection

_PURPOSE = "edgewright inspect"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `inspect` takes."""
    parser.add_argument(
        "data",
        metavar="DATA",
        type=path,
        help="A folder of classes, or a CSV file with the columns filepath,label (and perhaps split and group).",
    )
    parser.add_argument("--html", metavar="FILE", type=path, help="Write a page that shows it all; it loads nothing.")
    parser.add_argument(
        "--plots", metavar="FOLDER", type=path, help="Write the plots and a sheet of each class as PNG."
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
    parser.add_argument(
        "--sample", metavar="N", type=whole_number(low=1), help="Look at N images drawn at random, not at all of them."
    )
    parser.add_argument(
        "--seed", metavar="N", type=whole_number(low=0), default=0, help="Of that draw, and of the split of a training."
    )
    parser.add_argument(
        "--weights",
        metavar="W",
        help="Of the backbone that judges labels: a .h5 file, imagenet, or none for plain features of colour and "
        "texture. If not given: what Keras has downloaded before, else none.",
    )
    parser.add_argument(
        "--short-names", action="store_true", help="Leave out of class names what they all begin and end with."
    )
    parser.add_argument(
        "--jobs", metavar="N", type=whole_number(low=1), help="Processes that read images; all processors if not given."
    )


def run(arguments: argparse.Namespace) -> int:
    """Looks at the data set, and prints and writes what was found."""
    from edgewright_runtime.console import print_paragraph, watching

    _check_places(arguments)
    for module, package in (("sklearn", "scikit-learn"), ("matplotlib", "matplotlib")):
        import_optional(module, package=package, extra="inspect", purpose=_PURPOSE)
    from .inspection import InspectOptions, inspect_dataset
    from .inspection.answer import as_object, summary

    options = InspectOptions(
        sample=arguments.sample, seed=arguments.seed, weights=arguments.weights, processes=arguments.jobs
    )
    with watching(sys.stderr) as reporter:
        inspection = inspect_dataset(arguments.data, options, reporter=reporter)
        written = _written(inspection, arguments)
    if arguments.json:
        print(json.dumps(as_object(inspection), indent=2, ensure_ascii=False))
        return EXIT_DONE
    for paragraph in (*summary(inspection), *written):
        print_paragraph(paragraph, indent=3)
    return EXIT_DONE


COMMAND = Command(
    summary="Look at a data set before training on it: what is in it, what is wrong with it, and what to do.",
    example="edgewright inspect photos/ --html photos.html",
    add_arguments=add_arguments,
    run=run,
)


def _check_places(arguments: argparse.Namespace) -> None:
    """Minutes of reading must not end before a page that cannot be written."""
    page: Path | None = arguments.html
    if page is not None and page.is_dir():
        raise EdgewrightError(f"--html takes the name of a file to write, and {page} is a folder")
    if arguments.plots is not None and arguments.plots.is_file():
        raise EdgewrightError(f"--plots takes the name of a folder, and {arguments.plots} is a file")


def _written(inspection: Inspection, arguments: argparse.Namespace) -> list[str]:
    """One sentence for each thing that was written."""
    from edgewright_runtime import atomic

    from .inspection.short_names import without_shared_parts

    shown = without_shared_parts(inspection.names) if arguments.short_names else inspection.names
    names = dict(zip(inspection.names, shown, strict=True))
    said = []
    if arguments.plots is not None:
        from .inspection.shown.plots import write_plots

        said.append(f"{len(write_plots(inspection, names, arguments.plots))} plots: {arguments.plots}")
    if arguments.html is not None:
        from .inspection.shown.page import page_html

        atomic.make_folder(arguments.html.parent)
        atomic.write_text(arguments.html, page_html(inspection, names))
        said.append(f"Page: {arguments.html}")
    return said
