"""The command itself: help, version, what is typed wrongly."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from ..running import edgewright

COMMANDS = [
    "digits",
    "inspect",
    "doctor",
    "train",
    "import",
    "convert",
    "explain",
    "evaluate",
    "gate",
    "bench",
    "classify",
]


def test_help_lists_every_command():
    done = edgewright("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in done.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_one_example(command):
    done = edgewright(command, "--help")
    assert done.returncode == 0
    assert done.stdout.count("Example: edgewright " + command) == 1


def test_help_imports_no_heavy_library():
    probe = "import sys; sys.argv = ['edgewright', '--help']\n"
    probe += "from edgewright_runtime.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    probe += "print(sorted({'tensorflow', 'keras', 'onnx', 'onnxruntime', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_version_is_one_line():
    done = edgewright("--version")
    assert (done.returncode, done.stdout) == (0, "edgewright 0.1.0\n")
    assert "--version    Print" in edgewright("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["classify"], "edgewright classify needs RUN|FILE and SOURCE; see edgewright classify --help"),
        (["train", "data"], "edgewright train needs --out RUN; see edgewright train --help"),
        (["bench", "run", "--thread", "2"], "edgewright bench has no option --thread: did you mean --threads?"),
        (["bench", "run", "--threads"], "--threads needs a value: --threads N; see edgewright bench --help"),
        (["bench", "run", "--threads", "0"], "--threads must be a whole number from 1 on, not '0'"),
        (["bench", "run", "--json=yes"], "--json takes no value, and got 'yes'"),
        (["bench", "run", "other"], "edgewright bench takes no further argument 'other'; see edgewright bench --help"),
        (["evaluate", "run", "--max-drop", "2"], "--max-drop must be a number at least 0 and at most 1, not '2'"),
        (
            ["gate", "a"],
            "edgewright gate needs CANDIDATE and DATA; see edgewright gate --help",
        ),
        (["evaluate", "run", "--split", "train"], "--split must be one of test, val, not 'train'"),
        (["--versoin"], "edgewright has no option --versoin: did you mean --version?"),
        (["--json", "classify"], "--json goes behind a command: edgewright COMMAND --json; see edgewright --help"),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence(arguments, sentence):
    done = edgewright(*arguments)
    assert done.returncode == 2
    assert done.stderr == f"Error: {sentence}\n"


def test_unknown_command_suggests_the_nearest():
    done = edgewright("clasify", "runs/x")
    assert done.returncode == 2
    assert "did you mean 'classify'?" in done.stderr


def test_help_answers_at_once():
    # Not a benchmark: a heavy import at the top of a command costs seconds, and this is how a user would meet it.
    before = time.perf_counter()
    edgewright("--help")
    assert time.perf_counter() - before < 5
