"""A plain `edgewright classify` means the same whether or not Typer reads it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgewright_runtime.application import application
from edgewright_runtime.commands.plain_classify import Request, plain_request

pytestmark = pytest.mark.skipif(os.name == "nt", reason="on Windows Typer reads every command line")

OPTIONS = ["--json", "--format", "--top-k", "--threads"]
WORDS = [
    "run", "a b.png", "ü.png", "./x", "0", "1", "12", "007", "+1", "1_0", "1.0", " 2", "-1", "²", "٣", "", "-", "--",
    "--help", "--top-k=2", "--jso", "-k", "9999999", "tflite-int8", "\udcff.png", "a\nb", "@file", "*.png",
]  # fmt: skip
PLAIN = ["run", "a b.png", "ü.png", "1", "12", "tflite-int8"]


def understood_by_typer(words: list[str]) -> Request:
    """The request that Typer makes of the words after `classify`; SystemExit or a usage error where it makes none."""
    command = typer.main.get_command(application(["classify"])).commands["classify"]
    values = command.make_context("classify", list(words)).params
    return Request(**{**values, "images": tuple(values["images"])})


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(OPTIONS + PLAIN * 2), max_size=7)
    | st.lists(st.sampled_from(OPTIONS + PLAIN + WORDS) | st.text(max_size=4), max_size=7)
)
@example(["run", "a.png", "--format", "tflite-int8", "--top-k", "2", "--threads", "4", "--json"])
@example(["--json", "run", "--threads", "1", "a.png", "--top-k", "999999", "b.png"])
def test_what_is_taken_as_plain_is_what_typer_understands(words):
    request = plain_request(["classify", *words])
    if request is not None:
        assert request == understood_by_typer(words)


def test_plain_spellings_are_taken():
    assert plain_request(["classify", "run", "a.png"]) == Request(Path("run"), (Path("a.png"),))
    everything = ["classify", "--json", "run", "--format", "keras", "a.png", "--top-k", "2", "b.png", "--threads", "4"]
    assert plain_request(everything) == Request(Path("run"), (Path("a.png"), Path("b.png")), "keras", 2, 4, True)


@pytest.mark.parametrize(
    "words",
    [
        [], ["run"], ["run", "a.png", "--help"], ["run", "a.png", "--top-k", "0"], ["run", "a.png", "--top-k"],
        ["run", "a.png", "--top-k=3"], ["run", "a.png", "--json", "--json"], ["run", "a.png", "--form", "keras"],
        ["run", "--", "a.png"], ["run", ""], ["run", "a.png", "--format", "--json"],
    ],
)  # fmt: skip
def test_everything_else_is_left_to_typer(words):
    assert plain_request(["classify", *words]) is None
    assert plain_request(["bench", "run", "a.png"]) is None


def test_an_image_is_labelled_without_importing_typer(converted_run, digit_images):
    probe = "import sys\nfrom edgewright_runtime.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    probe += "print(sorted({'typer', 'click', 'rich', 'pydantic', 'importlib.metadata', 'difflib'} & set(sys.modules)))"
    image = digit_images / "7" / "0003.png"
    command = [sys.executable, "-c", probe, "classify", converted_run, image, "--format", "tflite-int8"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer, imported = done.stdout.splitlines()
    assert answer.startswith(f"{image}: 7 ")
    assert imported == "[]"


@pytest.mark.parametrize("rest", [[], ["--json"], ["missing.png"], ["--format", "tflite-fp"]])
def test_both_ways_print_and_return_the_same(converted_run, digit_images, rest):
    image = digit_images / "7" / "0003.png"
    command = [Path(sys.executable).with_name("edgewright"), "classify", converted_run, image, *rest]
    plain, other = (
        subprocess.run([*command, *count], capture_output=True, text=True, check=False)
        for count in (["--top-k", "2"], ["--top-k=2"])
    )
    assert (plain.returncode, plain.stdout, plain.stderr) == (other.returncode, other.stdout, other.stderr)
    assert plain.returncode == (2 if rest and rest[-1] != "--json" else 0)
