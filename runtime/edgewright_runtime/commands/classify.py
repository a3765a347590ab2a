"""`edgewright classify`: labels for images, offline."""

from __future__ import annotations

import argparse

from ..command_line import Command, path, whole_number
from ..errors import EdgewrightError
from .accelerating import acceleration_by, add_acceleration_options
from .labelling import DEFAULT_TOP_K, Request, label_images


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `classify` takes."""
    parser.add_argument("model", metavar="RUN|FILE", type=path, help="Run folder or model file.")
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        help="Images: a file, a folder, a pattern such as 'photos/**/*.jpg', or - for a list on standard input.",
    )
    parser.add_argument("--labels", metavar="FILE", type=path, help="labels.txt, if it does not lie beside the model.")
    parser.add_argument(
        "--preprocessing", metavar="FILE", type=path, help="preprocessing.json, if it does not lie beside the model."
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=path,
        help="Write rows to this .jsonl or .csv file; where it has some already, go on with it.",
    )
    parser.add_argument("--rows", metavar="FORM", help="Print rows as jsonl or csv, as they come.")
    parser.add_argument(
        "--workers",
        metavar="N",
        type=whole_number(low=1),
        help="Images at a time; one per core where there are many, if not given.",
    )
    parser.add_argument(
        "--format",
        metavar="NAME",
        help="Which of the run's formats; the fastest that is known to be right if not given.",
    )
    parser.add_argument(
        "--top-k", metavar="N", type=whole_number(low=1), default=DEFAULT_TOP_K, help="How many labels an image."
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=whole_number(low=1),
        help="Threads for inference; the library's choice if not given.",
    )
    parser.add_argument(
        "--decoder",
        metavar="NAME",
        help="What decodes photos: pillow, or fast (the extra of that name); if not given, fast for more than eight.",
    )
    parser.add_argument(
        "--uncalibrated",
        action="store_true",
        help="Probabilities as the model file gives them, without the temperature that the training has learned.",
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON list, in the order of the images.")
    add_acceleration_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Labels the images; 2 where one could not be read, else 0."""
    given = [name for name in ("out", "rows", "json") if getattr(arguments, name)]
    if len(given) > 1:
        raise EdgewrightError(f"--{given[0]} and --{given[1]} exclude each other; give one of them")
    return label_images(
        Request(
            model=arguments.model,
            sources=tuple(arguments.sources),
            format_name=arguments.format,
            top_k=arguments.top_k,
            threads=arguments.threads,
            as_json=arguments.json,
            calibrated=not arguments.uncalibrated,
            out=arguments.out,
            rows=arguments.rows,
            workers=arguments.workers,
            labels=arguments.labels,
            preprocessing=arguments.preprocessing,
            acceleration=acceleration_by(arguments),
            decoder=arguments.decoder,
        )
    )


COMMAND = Command(
    summary="Label images with a converted model, offline.",
    example="edgewright classify runs/digits data/digits/7/0007.png --format tflite-int8",
    add_arguments=add_arguments,
    run=run,
)
