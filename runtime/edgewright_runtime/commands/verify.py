"""`edgewright verify`: does red arrive as red?"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ..command_line import Command, number, path, whole_number
from ..errors import EXIT_CHECK_FAILED, EXIT_DONE, EdgewrightError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..frames.colour_test import ColourTest
    from ..frames.frame import Frame

_PAGES = {"red.png": (255, 0, 0), "blue.png": (0, 0, 255)}
_PAGE_PX = 800


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `verify` takes."""
    parser.add_argument("--camera", metavar="N", type=whole_number(low=0), help="The camera to test, from 0.")
    parser.add_argument("--video", metavar="FILE", type=path, help="A recording of the same, in place of the camera.")
    parser.add_argument(
        "--patience", metavar="S", type=number(low=1), default=30.0, help="Seconds to wait for each colour."
    )
    parser.add_argument(
        "--swap-channels", action="store_true", help="Test what classify --swap-channels would be given."
    )
    parser.add_argument(
        "--pages", metavar="FOLDER", type=path, help="Write a red and a blue page there, to show on a phone, and stop."
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object: verdict and seen.")


def run(arguments: argparse.Namespace) -> int:
    """Tests the camera; 1 where red and blue are swapped, 2 where they were not seen."""
    if arguments.pages is not None:
        return _write_pages(arguments.pages)
    if (arguments.camera is None) == (arguments.video is None):
        raise EdgewrightError("edgewright verify needs one of --camera N, --video FILE and --pages FOLDER")
    from ..frames.colour_test import colour_test

    with _frames(arguments) as frames:
        ask = _ask if arguments.video is None else _ask_nobody
        found = colour_test(frames, patience_s=arguments.patience, on_step=ask)
    if found.verdict is None:
        raise EdgewrightError(_not_seen(found, arguments.patience))
    if arguments.json:
        print(json.dumps({"verdict": found.verdict, "seen": [list(colour) for colour in found.seen]}))
    else:
        print(_in_words(found, with_swap=arguments.swap_channels))
    return EXIT_DONE if found.verdict == "right" else EXIT_CHECK_FAILED


COMMAND = Command(
    summary="Test a camera's colours: something red and then something blue is held before it.",
    details="Status 0 where red arrives as red, 1 where red and blue are swapped, 2 where they were not seen.",
    example="edgewright verify --camera 0",
    add_arguments=add_arguments,
    run=run,
)


def _frames(arguments: argparse.Namespace) -> AbstractContextManager[Iterable[Frame]]:
    if arguments.video is not None:
        from ..frames.opencv import video_frames

        return nullcontext(video_frames(arguments.video, swap_channels=arguments.swap_channels))
    from ..frames.sources import newest_of, opened_camera
    from ..library_noise import captured

    with captured():
        camera = opened_camera(arguments.camera, swap_channels=arguments.swap_channels)
    return newest_of(camera)


def _ask(colour: str) -> None:
    print(f"Hold something {colour} before the camera, so that it fills the middle of the picture.", file=sys.stderr)


def _ask_nobody(colour: str) -> None:
    """A recording shows what it shows."""


def _in_words(found: ColourTest, *, with_swap: bool) -> str:
    seen = " and ".join(f"({red}, {green}, {blue})" for red, green, blue in found.seen)
    if found.verdict == "right":
        return f"Red arrives as red and blue as blue: R, G, B were {seen}."
    how = "without --swap-channels" if with_swap else "with edgewright classify --camera N --swap-channels"
    return (
        f"Red and blue are swapped: R, G, B were {seen} of something red and then blue. Label "
        f"{how}; in a program of your own, see what its library calls RGB "
        f"(picamera2's RGB888 is B, G, R in memory)."
    )


def _not_seen(found: ColourTest, patience_s: float) -> str:
    wanted = "red" if not found.seen else "blue"
    return (
        f"Nothing clearly {wanted} was seen in the middle of the picture within {patience_s:g} seconds; hold something "
        f"of a strong colour nearer, such as a phone that shows the pages of: edgewright verify --pages FOLDER"
    )


def _write_pages(folder: Path) -> int:
    from PIL import Image

    from .. import atomic

    atomic.make_folder(folder)
    for name, colour in _PAGES.items():
        with atomic.atomic_path(folder / name) as temporary:
            Image.new("RGB", (_PAGE_PX, _PAGE_PX), colour).save(temporary, format="PNG")
    print(f"{folder} has {' and '.join(_PAGES)}; show them on a phone, bright and without night colours")
    return EXIT_DONE
