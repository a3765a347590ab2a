"""What is typed, understood: for `classify`, whose every use on a board starts anew."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.command_line import number, parser_of, path, whole_number
from edgewright_runtime.commands.classify import COMMAND
from edgewright_runtime.errors import EdgewrightError

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8).filter(
    lambda word: not word.startswith("-")
)


@given(
    st.lists(WORDS, min_size=2, max_size=5),
    st.one_of(st.none(), st.integers(1, 10**6)),
    st.one_of(st.none(), st.integers(1, 10**6)),
    st.one_of(st.none(), WORDS),
    st.booleans(),
    st.integers(0, 10),
)
def test_what_is_typed_comes_through_wherever_the_options_stand(paths, top_k, threads, format_name, as_json, place):
    options = [["--json"]] if as_json else []
    options += [["--top-k", str(top_k)]] if top_k else []
    options += [[f"--threads={threads}"]] if threads else []
    options += [["--format", format_name]] if format_name else []
    words = [[word] for word in paths]
    for option in options:
        words.insert(place % (len(words) + 1), option)
    found = parser_of("classify", COMMAND).parse_intermixed_args([part for group in words for part in group])
    assert [found.model, *found.images] == [Path(word) for word in paths]
    assert (found.top_k, found.threads, found.format, found.json) == (top_k or 3, threads, format_name, as_json)


def test_an_image_is_labelled_without_what_only_other_commands_need(converted_run, digit_images):
    probe = f"import sys; sys.argv = ['edgewright', 'classify', {str(converted_run)!r}, "
    probe += f"{str(digit_images / '7' / '0003.png')!r}]\n"
    probe += "from edgewright_runtime.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    probe += "print(sorted({'rich', 'email', 'difflib', 'importlib.metadata', 'tensorflow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("text", ["", "x", "1.5", "0", "-1"])
def test_whole_numbers_are_checked_as_they_are_typed(text):
    with pytest.raises(argparse.ArgumentTypeError, match="must be a whole number from 1 on"):
        whole_number(low=1)(text)


@pytest.mark.parametrize("text", ["nan", "inf", "x", "2", "-0.1"])
def test_numbers_are_finite_and_within_their_bounds(text):
    with pytest.raises(argparse.ArgumentTypeError, match="must be a number at least 0 and at most 1"):
        number(low=0, high=1)(text)


def test_empty_path_is_refused():
    with pytest.raises(argparse.ArgumentTypeError, match="must be a path"):
        path("")


def test_abbreviated_options_are_refused_with_the_nearest():
    with pytest.raises(EdgewrightError, match="did you mean --threads"):
        parser_of("classify", COMMAND).parse_intermixed_args(["run", "image.png", "--thread", "2"])
