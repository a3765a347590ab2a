"""What could not be measured is an error where it was asked for and a note where it was not."""

import pytest

from edgewright_runtime.commands.failures import report_errors
from edgewright_runtime.errors import CheckFailedError, EdgewrightError, MissingDependencyError, OtherMachineError

ABSENT = MissingDependencyError("it needs a package; run: pip install it")


def test_nothing_failed_is_silent(capsys):
    assert report_errors([], named=False, done=0) == 0
    assert capsys.readouterr().err == ""


def test_missing_package_is_a_note_where_something_else_ran_and_nobody_named_it(capsys):
    assert report_errors([("onnx-fp32", ABSENT), ("onnx-int8", ABSENT)], named=False, done=1) == 0
    assert capsys.readouterr().err == f"Note: onnx-fp32, onnx-int8: {ABSENT}\n"


def test_engine_of_another_board_is_a_note_too(capsys):
    other = OtherMachineError("it was built for Orin (8.7)")
    assert report_errors([("tensorrt-fp16-jetson-jetpack6", other)], named=False, done=1) == 0
    assert report_errors([("tensorrt-fp16-jetson-jetpack6", other)], named=True, done=1) == 2
    assert capsys.readouterr().err.startswith(
        "Note: tensorrt-fp16-jetson-jetpack6: it was built for Orin (8.7)\nError: "
    )


@pytest.mark.parametrize(("named", "done"), [(True, 1), (False, 0)])
def test_missing_package_is_an_error_where_it_was_named_or_nothing_ran(named, done, capsys):
    assert report_errors([("onnx-fp32", ABSENT)], named=named, done=done) == 3
    assert capsys.readouterr().err.startswith("Error: onnx-fp32: ")


def test_status_is_the_worst_and_each_reason_is_told_once(capsys):
    bad, changed = EdgewrightError("it is broken"), CheckFailedError("it was changed")
    assert report_errors([("a", changed), ("b", bad), ("c", changed)], named=True, done=1) == 2
    assert capsys.readouterr().err == "Error: a, c: it was changed\nError: b: it is broken\n"
