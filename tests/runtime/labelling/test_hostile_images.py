"""One file of each hostile kind; benchmarks/hostile_images.py labels hundreds."""

from __future__ import annotations

import os

import pytest

from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Preprocessing

from ...scripts import script


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_every_file_of_a_folder_of_traps_is_a_row(converted_run, tmp_path):
    hostile = script("hostile_images")
    written = hostile.write_hostile(tmp_path, len(hostile.KINDS), seed=1)
    wrong, facts = hostile.classified(converted_run / "tflite" / "model_int8.tflite", tmp_path, expected=written)
    assert not wrong, facts


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageReadError, match="it is a pipe or a device, not a file"):
        Preprocessing(8, 8).apply(tmp_path / "pipe.jpg")
