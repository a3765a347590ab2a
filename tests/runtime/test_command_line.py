"""What is typed, understood: for `classify`, whose every use on a board starts anew."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.command_line import Command, KeyValues, number, one_of, parser_of, path, whole_number
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
    found = parser_of("classify", COMMAND).parsed([part for group in words for part in group])
    assert [found.model, *map(Path, found.sources)] == [Path(word) for word in paths]
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
        parser_of("classify", COMMAND).parsed(["run", "image.png", "--thread", "2"])


def declared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reference", metavar="REFERENCE", type=path, help="A file.")
    parser.add_argument("candidate", metavar="CANDIDATE", type=path, help="A file.")
    parser.add_argument("--labels", metavar="FILE", type=path, required=True, help="A file.")
    parser.add_argument("--epochs", metavar="P1,P2", help="Two numbers.")
    parser.add_argument("--seed", metavar="N", type=whole_number(low=0), default=0, help="Of the draw.")
    parser.add_argument("--split", metavar="NAME", type=one_of("test", "val"), default="test", help="Which.")
    parser.add_argument("--image", metavar="FILE", action="append", default=[], help="One.")
    parser.add_argument("--json", action="store_true", help="Print JSON.")


EXAMPLE = "edgewright compare a b --labels a-file-with-a-long-name.txt --split val --json"
TOLD = Command("Compare two files.", EXAMPLE, declared, lambda _: 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "edgewright compare needs REFERENCE, CANDIDATE and --labels FILE; see edgewright compare --help"),
        (["a"], "edgewright compare needs CANDIDATE and --labels FILE; see edgewright compare --help"),
        (["a", "b", "--label", "x"], "edgewright compare has no option --label: did you mean --labels?"),
        (["a", "b", "--zzz=1"], "edgewright compare has no option --zzz: see edgewright compare --help"),
        (["a", "b", "--labels"], "--labels needs a value: --labels FILE; see edgewright compare --help"),
        (["a", "b", "--labels", "--json"], "--labels needs a value: --labels FILE; see edgewright compare --help"),
        (["a", "b", "--labels", ""], "--labels must be a path, not ''"),
        (["a", "b", "--labels", "x", "--json=no"], "--json takes no value, and got 'no'"),
        (["a", "b", "--labels", "x", "--seed", "-1"], "--seed must be a whole number from 0 on, not '-1'"),
        (["a", "b", "--labels", "x", "--split", "train"], "--split must be one of test, val, not 'train'"),
        (
            ["a", "b", "my file", "--labels", "x"],
            "edgewright compare takes no further argument 'my file'; see edgewright compare --help",
        ),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(words, sentence):
    with pytest.raises(EdgewrightError) as refused:
        parser_of("compare", TOLD).parsed(words)
    assert str(refused.value) == sentence


def test_a_value_may_begin_with_a_hyphen():
    found = parser_of("compare", TOLD).parsed(["a", "--epochs", "-1,3", "--labels=--x", "--", "-b"])
    assert (found.epochs, found.labels, found.candidate) == ("-1,3", Path("--x"), Path("-b"))


def test_help_tells_every_default_and_an_example_that_can_be_copied(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = parser_of("compare", TOLD).format_help()
    assert f"Example: {TOLD.example}\n" in text
    assert "[default: 0]" in text
    assert "[default: test]" in text
    assert text.count("[default:") == 2


def test_an_option_of_pairs_takes_every_word_with_an_equals_sign_behind_it():
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("data", nargs="?")
        parser.add_argument("--sweep", metavar="KEY=V1,V2 ...", action=KeyValues)
        parser.add_argument("--out")

    parser = parser_of("x", Command("s", "e", declare, lambda _: 0))
    for words in (
        ["photos", "--sweep", "alpha=1,2", "size=3", "--out", "a=b"],
        ["--sweep", "alpha=1,2", "size=3", "photos", "--out=a=b"],
        ["--sweep=alpha=1,2", "--out", "a=b", "--sweep", "size=3", "--", "photos"],
    ):
        found = parser.parsed(words)
        assert (found.data, found.sweep, found.out) == ("photos", ["alpha=1,2", "size=3"], "a=b")
    assert parser.parsed([]).sweep is None
    with pytest.raises(EdgewrightError, match="--sweep needs a value: --sweep KEY=V1,V2"):
        parser.parsed(["--sweep"])
