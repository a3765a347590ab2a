"""The worked examples of CONTRIBUTING.md are all there is to do: a copy of the project with them added passes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("train", "convert", "runtime", "tests", "pyproject.toml")

_BLOCK = re.compile(r'^```(?P<language>\w+) title="(?P<title>[^"]+)"\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"a row of (?P<table>[A-Z]+) in (?P<path>\S+)")
_CHANGED = re.compile(r"changed lines of (?P<path>\S+)")
_SHELL = re.compile(r"in (?P<folder>\S+)")


def follow(text: str, project: Path) -> list[Path]:
    """Does in the project what the titles of the blocks in the text say; the files that are new."""
    new = []
    for block in _BLOCK.finditer(text):
        title, content = block["title"], block["text"]
        if row := _ROW.fullmatch(title):
            add_row(project / row["path"], row["table"], content)
        elif changed := _CHANGED.fullmatch(title):
            change_lines(project / changed["path"], content)
        elif block["language"] == "sh" and (shell := _SHELL.fullmatch(title)):
            subprocess.run(["sh", "-euc", content], cwd=project / shell["folder"], check=True)
        else:
            path = project / title
            assert not path.exists(), f"{title} is there already"
            path.write_text(content, encoding="utf-8")
            new.append(path)
    return new


def add_row(path: Path, table: str, row: str) -> None:
    """Puts the row at the end of the tuple of that name, with a comma behind it."""
    row = textwrap.indent(row.rstrip(), "    ") + ",\n"
    source = path.read_text(encoding="utf-8")
    tuple_of_rows = re.compile(rf"(^{table}\b[^\n]*\(\n.*?)(^\)\n)", re.MULTILINE | re.DOTALL)
    changed, count = tuple_of_rows.subn(lambda found: found[1] + row + found[2], source, count=1)
    assert count == 1, f"{path} has no table {table}"
    path.write_text(changed, encoding="utf-8")


def change_lines(path: Path, lines: str) -> None:
    """Puts each line in the place of the one with the same key."""
    source = path.read_text(encoding="utf-8")
    for line in lines.splitlines():
        key = line.partition("=")[0]
        source, count = re.subn(rf"^{re.escape(key)}=.*$", lambda _, new=line: new, source, flags=re.MULTILINE)
        assert count == 1, f"{path} has {count} lines of {key}"
    path.write_text(source, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    new = follow((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), folder)
    assert len(new) == 5
    return folder, new


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A module run with the copy's packages before the installed ones."""
    paths = os.pathsep.join(str(project / name) for name in ("train", "convert", "runtime"))
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.e2e
def test_tests_of_the_examples_and_of_the_tables_pass_with_them(project):
    folder, new = project
    tests = [str(path.relative_to(folder)) for path in new if path.name.startswith("test_")]
    assert len(tests) == 2
    of_tables = (
        "tests/convert/test_targets.py",
        "tests/runtime/run/test_formats.py",
        "tests/train/network/test_weights.py",
    )
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider", *tests, *of_tables)
    assert done.returncode == 0, done.stdout


def test_examples_are_written_as_the_project_is(project):
    folder, new = project
    new = [path for path in new if path.suffix == ".py"]
    for arguments in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = run(folder, "ruff", *arguments, *map(str, new))
        assert done.returncode == 0, done.stdout


def test_examples_keep_to_who_may_import_whom(project):
    folder, _ = project
    script = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    (folder / "who_imports_whom.py").write_text(script)
    done = run(folder, "who_imports_whom")
    assert done.returncode == 0, done.stdout + done.stderr


def test_recipe_of_the_examples_is_found_by_its_name(project):
    folder, _ = project
    (folder / "of_recipe.py").write_text(
        "from edgewright_train import load_recipe\nprint(load_recipe('fruit').augmentation.vertical_flip)\n"
    )
    done = run(folder, "of_recipe")
    assert done.stdout.strip() == "True", done.stderr
