"""`edgewright train --print-recipe` says all of a recipe and trains nothing."""

import subprocess
import sys
from dataclasses import replace

import pytest

from edgewright_train.recipes import load_recipe, parse_recipe


def train(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from edgewright_runtime.cli import main; main()", "train", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_whole_recipe_is_printed_with_its_base_and_what_options_change(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "fast"\nbatch_size = 8\n')
    done = train("--recipe", str(path), "--print-recipe", "--size", "96")
    assert done.returncode == 0, done.stderr
    assert parse_recipe(done.stdout, where="printed") == replace(load_recipe("fast"), batch_size=8, input_size=96)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--print-recipe"], "--print-recipe needs --recipe"),
        (["photos", "--recipe", "fast"], "train needs --out RUN"),
        (["--print-recipe", "--recipe", "fsat"], "did you mean 'fast'"),
    ],
)
def test_what_is_missing_is_named(arguments, sentence):
    done = train(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
