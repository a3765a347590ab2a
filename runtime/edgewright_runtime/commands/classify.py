"""`edgewright classify`: labels for images, offline."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..command_line import Arguments, Command, number, path, whole_number
from ..errors import EdgewrightError
from ..frames.frame import VIDEO_SUFFIXES
from .accelerating import acceleration_by, add_acceleration_options
from .labelling import DEFAULT_TOP_K, Request, label_images

if TYPE_CHECKING:
    from .labelling_frames import FrameOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `classify` takes."""
    parser.add_argument("model", metavar="RUN|FILE", type=path, help="Run folder or model file.")
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="*",
        help="Images: a file, a folder, a pattern such as 'photos/**/*.jpg', or - for a list on standard input; or "
        "videos: a file, or a pattern.",
    )
    _add_model_options(parser)
    _add_row_options(parser)
    add_acceleration_options(parser)
    _add_frame_options(parser.add_argument_group("Videos and cameras"))


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--labels", metavar="FILE", type=path, help="labels.txt, if it does not lie beside the model.")
    parser.add_argument(
        "--preprocessing", metavar="FILE", type=path, help="preprocessing.json, if it does not lie beside the model."
    )
    parser.add_argument(
        "--format",
        metavar="NAME",
        help="Which of the run's formats; the fastest that is known to be right if not given.",
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


def _add_row_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=path,
        help="Write rows to this .jsonl or .csv file; where it has some already, go on with it.",
    )
    parser.add_argument("--rows", metavar="FORM", help="Print rows as jsonl or csv, as they come.")
    parser.add_argument("--json", action="store_true", help="Print one JSON list, in the order of the images.")
    parser.add_argument(
        "--top-k", metavar="N", type=whole_number(low=1), default=DEFAULT_TOP_K, help="How many labels an image."
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=whole_number(low=1),
        help="Images at a time; one per core where there are many, if not given.",
    )


def _add_frame_options(group: Arguments) -> None:
    group.add_argument("--camera", metavar="N", type=whole_number(low=0), help="Label what this camera sees, from 0.")
    group.add_argument(
        "--smooth",
        metavar="S",
        type=number(low=0),
        help="Seconds in which a frame's share in the probabilities falls to 1/e; 0.5 if not given, 0 for none.",
    )
    group.add_argument("--every", metavar="S", type=number(low=0), help="Seconds between two frames; all if not given.")
    group.add_argument("--until", metavar="S", type=number(low=0), help="Stop so many seconds after the beginning.")
    group.add_argument("--swap-channels", action="store_true", help="The camera's red is blue; see edgewright verify.")


def run(arguments: argparse.Namespace) -> int:
    """Labels the images; 2 where one could not be read, else 0."""
    given = [name for name in ("out", "rows", "json") if getattr(arguments, name)]
    if len(given) > 1:
        raise EdgewrightError(f"--{given[0]} and --{given[1]} exclude each other; give one of them")
    frames = _frames(arguments)
    request = Request(
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
    if frames is None:
        return label_images(request)
    from .labelling_frames import label_frames

    return label_frames(request, frames)


def _frames(arguments: argparse.Namespace) -> FrameOptions | None:
    """How frames are labelled; None where the sources are images.

    Raises:
        EdgewrightError: there is no source, or options that do not go with it.
    """
    said = {name: getattr(arguments, name) for name in _OF_FRAMES}
    given = [name for name, value in said.items() if value is not None and value is not False]
    if arguments.camera is None and not any(
        Path(source).suffix.lower() in VIDEO_SUFFIXES for source in arguments.sources
    ):
        if not arguments.sources:
            raise EdgewrightError("edgewright classify needs SOURCE...; see edgewright classify --help")
        if given:
            raise EdgewrightError(f"--{given[0].replace('_', '-')} is for videos and cameras; the sources are images")
        return None
    from .labelling_frames import FrameOptions, are_videos

    if arguments.camera is not None and arguments.sources:
        raise EdgewrightError("--camera is a source of its own; leave the other sources out")
    if arguments.workers is not None:
        raise EdgewrightError("--workers is for images; frames are labelled one after the other")
    are_videos(arguments.sources)
    usual = FrameOptions()
    return FrameOptions(
        camera=arguments.camera,
        smooth_s=usual.smooth_s if arguments.smooth is None else arguments.smooth,
        every_s=usual.every_s if arguments.every is None else arguments.every,
        until_s=arguments.until,
        swap_channels=arguments.swap_channels,
    )


_OF_FRAMES = ("smooth", "every", "until", "swap_channels")


COMMAND = Command(
    summary="Label images with a converted model, offline.",
    example="edgewright classify runs/digits data/digits/7/0007.png --format tflite-int8",
    add_arguments=add_arguments,
    run=run,
)
