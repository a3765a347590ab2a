import shlex
from pathlib import Path

import pytest

from edgewright_runtime.suggestion import named, quoted, unknown_name


def test_near_name_is_suggested():
    assert unknown_name("format", "tflite-int9", ["keras", "tflite-int8"]) == (
        "Unknown format 'tflite-int9': did you mean 'tflite-int8'?"
    )


def test_case_does_not_hide_a_near_name():
    assert "did you mean 'digits'" in unknown_name("recipe", "DIGITS", ["banana", "digits"])


def test_all_names_are_listed_where_none_is_near():
    assert unknown_name("recipe", "xyzzy", ["banana", "digits"]).endswith("choose one of banana, digits.")


def test_a_few_names_are_all_given():
    assert named([]) == ""
    assert named(["red", "green"]) == "red, green"
    assert named("abcde") == "a, b, c, d, e"


def test_of_a_thousand_names_five_are_given_and_the_others_counted():
    assert named(f"class {number}" for number in range(1000)) == (
        "class 0, class 1, class 2, class 3, class 4 and 995 more"
    )


@pytest.mark.parametrize("folder", ["runs/digits", "my runs/leaves and twigs", "it's", "a$b;c", "ü"])
def test_a_quoted_path_reaches_a_command_as_one_word(folder):
    typed = f"edgewright convert {quoted(Path(folder))} --to tflite-int8"
    assert shlex.split(typed) == ["edgewright", "convert", folder, "--to", "tflite-int8"]


def test_a_path_that_needs_no_quotation_marks_gets_none():
    assert quoted(Path("runs/digits")) == "runs/digits"
