"""Images are labelled in their order, and one that cannot be read costs the others nothing."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from edgewright_runtime.commands.labelling import Request, label_images

from ...running import EDGEWRIGHT


def test_lines_go_to_standard_output_in_the_order_of_the_images(converted_run, digit_images, capsys):
    images = tuple(str(digit_images / label / "0001.png") for label in ("3", "1"))
    assert label_images(Request(converted_run, images, format_name="tflite-fp32", top_k=1)) == 0
    printed = capsys.readouterr()
    assert [line.rsplit(": ", 1)[0] for line in printed.out.splitlines()] == list(images)
    assert [line.count("%") for line in printed.out.splitlines()] == [1, 1]
    assert printed.err.startswith("(tflite-fp32, ")


def test_unreadable_image_is_an_error_on_its_own_line_and_status_2(converted_run, digit_images, tmp_path, capsys):
    (tmp_path / "text.png").write_text("no image")
    images = (str(tmp_path / "text.png"), str(digit_images / "3" / "0001.png"))
    assert label_images(Request(converted_run, images, format_name="tflite-fp32")) == 2
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    assert printed.err.startswith("Error: ")
    assert "text.png" in printed.err.splitlines()[0]


def test_json_has_an_entry_for_each_image_and_nothing_beside_it(converted_run, digit_images, capsys):
    images = (str(digit_images / "3" / "0001.png"), str(digit_images / "nowhere.png"))
    assert label_images(Request(converted_run, images, format_name="tflite-fp32", as_json=True, top_k=4)) == 2
    printed = capsys.readouterr()
    good, missing = json.loads(printed.out)
    assert [found.keys() for found in good["predictions"]] == [{"label", "probability", "index"}] * 4
    assert missing.keys() == {"path", "error"}
    assert printed.err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_rows_go_into_the_pipe_and_how_many_there_are_to_the_terminal(converted_run, digit_images):
    import pty

    ours, theirs = pty.openpty()
    command = [EDGEWRIGHT, "classify", str(converted_run), str(digit_images / "3"), "--rows", "csv"]
    with ThreadPoolExecutor() as pool, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        seen = pool.submit(lambda: b"".join(iter(lambda: read_from_terminal(ours), b"")))  # a full terminal waits
        rows = process.stdout.read().decode()
    os.close(ours)
    assert len(rows.splitlines()) == 31
    assert b"Labelling" in seen.result()
    assert b"path,label" not in seen.result()


def read_from_terminal(terminal):
    try:
        return os.read(terminal, 1 << 12)
    except OSError:  # Linux's word for its end
        return b""
