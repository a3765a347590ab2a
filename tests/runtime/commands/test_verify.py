"""The colour test, as it is typed."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from edgewright_runtime.commands.verify import COMMAND
from edgewright_runtime.errors import EdgewrightError

from ...typed import typed
from ..frames.videos import BLUE, GREY, RED, video_of_colours


def verify(*arguments):
    return typed("verify", COMMAND, *arguments)


def test_right_colours_end_with_status_0_and_swapped_ones_with_1(tmp_path):
    right = video_of_colours(tmp_path / "right.avi", GREY, RED, GREY, BLUE, each=8)
    swapped = video_of_colours(tmp_path / "swapped.avi", GREY, BLUE, GREY, RED, each=8)
    done = verify("--video", right)
    assert done.exit_code == 0
    assert "Red arrives as red and blue as blue" in done.stdout
    assert done.stderr == ""  # a recording shows what it shows
    done = verify("--video", swapped, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["verdict"] == "swapped"
    assert "classify --camera N --swap-channels" in verify("--video", swapped).stdout
    assert verify("--video", swapped, "--swap-channels").exit_code == 0
    done = verify("--video", right, "--swap-channels")
    assert (done.exit_code, "Label without --swap-channels" in done.stdout) == (1, True)


def test_colours_that_were_not_seen_are_asked_for(tmp_path):
    done = verify("--video", video_of_colours(tmp_path / "grey.avi", GREY, each=9))
    assert isinstance(done.exception, EdgewrightError)
    assert "Nothing clearly red was seen" in str(done.exception)


def test_pages_are_plain_red_and_blue(tmp_path):
    assert verify("--pages", tmp_path / "pages").exit_code == 0
    for name, colour in {"red.png": (255, 0, 0), "blue.png": (0, 0, 255)}.items():
        with Image.open(tmp_path / "pages" / name) as page:
            assert page.getcolors() == [(page.width * page.height, colour)]


@pytest.mark.parametrize("arguments", [[], ["--camera", "0", "--video", "x.avi"]])
def test_one_source_is_asked_for(arguments):
    assert "needs one of --camera N, --video FILE and --pages FOLDER" in str(verify(*arguments).exception)
