"""The documentation site builds, and says of the code what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from edgewright_runtime.cli import command_names
from edgewright_runtime.optional_imports import is_absent

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if is_absent("mkdocs-material"):
        pytest.skip("mkdocs-material is not installed; it comes with edgewright[docs]")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_command_is_described_by_its_own_help(site):
    page = (site / "reference" / "cli.html").read_text()
    for name in command_names():
        assert f"edgewright {name}" in page
        assert f"Example: edgewright {name}" in page


@pytest.mark.parametrize("package", ["edgewright_runtime", "edgewright_train", "edgewright_convert"])
def test_every_public_function_and_class_is_described(site, package):
    page = (site / "reference" / "api.html").read_text()
    documented = {
        "edgewright_runtime": ("Classifier.open", "Classifier.classify", "Preprocessing.load", "EdgewrightError"),
        "edgewright_train": ("train", "load_recipe", "recipe_names"),
        "edgewright_convert": ("convert", "import_model", "ConvertOptions", "Outcome"),
    }[package]
    for name in documented:
        assert f'id="{package}.{name}"' in page, name


def test_every_decision_is_listed(site):
    page = (site / "decisions" / "index.html").read_text()
    for decision in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert decision.with_suffix(".html").name in page


def test_modules_that_the_architecture_names_are_there():
    words = (ROOT / "docs" / "explanation" / "architecture.md").read_text().replace("`", " ").replace('"', " ").split()
    named = {word.strip(",;:()") for word in words if word.strip(",;:()").endswith(".py")}
    sources = [path.as_posix() for path in ROOT.glob("*/edgewright_*/**/*.py")]
    assert [name for name in sorted(named) if not any(path.endswith("/" + name) for path in sources)] == []
