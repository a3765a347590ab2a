import re
from pathlib import PurePosixPath

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.formats import FORMATS, PREFERENCE, REFERENCE_FORMATS, format_for, format_named


def test_every_format_is_found_by_its_name():
    assert [format_named(row.name) for row in FORMATS] == list(FORMATS)


def test_names_and_paths_are_each_used_once():
    assert len({row.name for row in FORMATS}) == len(FORMATS)
    assert len({row.path for row in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_path_lies_inside_the_run_folder_and_the_name_can_be_typed(row):
    assert re.fullmatch(r"[a-z0-9-]+", row.name)
    assert not PurePosixPath(row.path).is_absolute()
    assert ".." not in row.path


def test_every_format_that_runs_here_has_a_place_in_the_order_of_preference():
    assert set(PREFERENCE) == {row.name for row in FORMATS if row.runs_here}
    assert set(REFERENCE_FORMATS) <= set(PREFERENCE)


def test_unknown_format_is_refused_with_the_nearest():
    with pytest.raises(EdgewrightError, match="did you mean 'tflite-fp16'"):
        format_named("tflite-f16")


def test_engines_of_several_boards_lie_side_by_side():
    assert format_for("tensorrt-int8", "t4") == "tensorrt-int8-t4"
    assert format_for("onnx-int8", "t4") == "onnx-int8"
    row = format_named("tensorrt-fp16-jetson-jetpack6")
    assert row.path == "tensorrt/model_fp16.jetson-jetpack6.engine"
    assert (row.backend, row.target, row.runs_here) == ("tensorrt", "jetson-jetpack6", False)
