"""`edgewright doctor`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edgewright_runtime.command_line import Command, path, whole_number
from edgewright_runtime.errors import DEBUG_VARIABLE, EXIT_CHECK_FAILED, EXIT_DONE

if TYPE_CHECKING:
    from .diagnosis.network.rates import RangeTest
    from .doctor import Examination


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `doctor` takes."""
    parser.add_argument(
        "data",
        metavar="DATA",
        type=path,
        help="A folder of classes, or a CSV file with the columns filepath,label (and perhaps split).",
    )
    parser.add_argument(
        "--recipe", metavar="NAME|FILE", help="What is to be trained; flowers, or that of the weights, if not given."
    )
    parser.add_argument("--weights", metavar="W", help="imagenet, none, or a .h5 file, in place of the recipe's.")
    parser.add_argument(
        "--seed", metavar="N", type=whole_number(low=0), default=0, help="Of the split; 0 if not given."
    )
    parser.add_argument("--labels", metavar="FILE", type=path, help="labels.txt with the classes in their order.")
    parser.add_argument(
        "--model",
        metavar="RUN|FILE",
        type=path,
        help="Look at this trained model in place of a recipe's network: a run folder, or a Keras file that takes "
        "pixels from 0 to 255.",
    )
    parser.add_argument("--data-only", action="store_true", help="Leave the network out; quick.")
    parser.add_argument("--plot", metavar="FILE", type=path, help="Draw loss against learning rate, as a PNG.")
    parser.add_argument("--json", action="store_true", help="Print the findings as one object and nothing else.")


def run(arguments: argparse.Namespace) -> int:
    """Examines, and says what was found."""
    from edgewright_runtime.console import watching
    from edgewright_runtime.library_noise import captured

    from .doctor import DEFAULT_RECIPE, DoctorOptions, examine

    if not os.environ.get(DEBUG_VARIABLE):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    options = DoctorOptions(
        recipe=arguments.recipe or DEFAULT_RECIPE,
        weights=arguments.weights,
        seed=arguments.seed,
        labels=arguments.labels,
        model=arguments.model,
        data_only=arguments.data_only,
    )
    with watching(sys.stderr) as reporter:
        found = examine(arguments.data, options, reporter=reporter, capture=captured)
    if arguments.plot is not None:
        _draw(found, arguments.plot)
    if arguments.json:
        print(json.dumps({**found.diagnosis.to_dict(), "learning_rates": _rates(found)}, indent=2, ensure_ascii=False))
    else:
        _show(found)
    return EXIT_CHECK_FAILED if found.diagnosis.has_errors else EXIT_DONE


COMMAND = Command(
    summary="Say what is wrong with a data set and a recipe before they are trained; status 1 if it is an error.",
    example="edgewright doctor data/digits --recipe digits",
    add_arguments=add_arguments,
    run=run,
)


def _show(found: Examination) -> None:
    from edgewright_runtime.console import print_paragraph

    from .diagnosis import ERROR

    for finding in found.diagnosis.findings:
        kind = "ERROR" if finding.severity == ERROR else "Warning"
        print_paragraph(f"{kind} ({finding.code}): {finding.what}")
        print_paragraph(f"  {finding.evidence}", indent=2)
        print_paragraph(f"  To do: {finding.remedy}", indent=2)
    for test in found.rates:
        print_paragraph(_in_words(test))
    for note in found.diagnosis.left_out:
        print_paragraph(f"Not looked at: {note}")
    if not found.diagnosis.findings:
        print("Nothing wrong was found.")


def _in_words(test: RangeTest) -> str:
    recipe = f"Learning rate of {test.phase}: the recipe has {test.rate:g}"
    if len(test.tried) == 1:
        own = test.best
        led = f"{own.steps} steps take the loss from {own.first:.3g} to {own.last:.3g}"
        return f"{recipe}, at which {led}; no other was tried."
    return (
        f"{recipe}; after {test.best.steps} steps the loss is lowest at {test.best.rate:.2g}{_nearly(test)}, which "
        f"suggests {test.suggested:g}."
    )


def _nearly(test: RangeTest) -> str:
    return "" if test.as_good is test.best else f", and nearly as low at {test.as_good.rate:.2g}"


def _rates(found: Examination) -> list[object]:
    if not found.rates:
        return []
    from .diagnosis.network.rates import rates_to_dict

    return list(rates_to_dict(found.rates))


def _draw(found: Examination, file: Path) -> None:
    from edgewright_runtime.atomic import write_bytes
    from edgewright_runtime.errors import EdgewrightError

    from .results.pictures.rates import rates_plot

    if not found.rates:
        raise EdgewrightError("There is no learning rate to draw: no phase of this recipe that was looked at has one")
    write_bytes(file, rates_plot(found.rates))
