"""The documentation site builds strictly, asks nobody else's server, and says of the code what the code says."""

from __future__ import annotations

import importlib
import itertools
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomllib

from edgewright_convert.run_inputs import INPUTS
from edgewright_runtime.cli import command_named, command_names
from edgewright_runtime.command_line import parser_of
from edgewright_runtime.optional_imports import is_absent

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
ARCHITECTURE = ROOT / "docs" / "explanation" / "architecture.md"

_SHELL = re.compile(r"^```(?:sh|yaml)\b[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SUBGRAPH = re.compile(r'subgraph (\w+)\["[^"]*"\]\n(.*?)\n    end', re.DOTALL)
_LABEL = re.compile(r'(\w+)\["([^"]*)"\]')
_ELSEWHERE = re.compile(r'<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?//[^"]+"')


def build(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """The site built as `make docs` builds it."""
    (options,) = re.findall(r"^\t.*/mkdocs build (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    command = [sys.executable, "-m", "mkdocs", "build", *options.split(), "--site-dir", str(site)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    for package in ("mkdocs-material", "mkdocstrings", "mermaidx"):
        if is_absent(package):
            pytest.skip(f"{package} is not installed; it comes with edgewright[docs]")
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.usefixtures("site")
def test_a_broken_link_fails_the_build(tmp_path):
    for name in ("docs", "mkdocs.yml", "CONTRIBUTING.md", "CHANGELOG.md", "train", "convert", "runtime"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "docs").unlink()
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "docs" / "index.md").write_text("[nowhere](how-to/nowhere.md)\n")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert "how-to/nowhere.md" in done.stderr


def test_every_command_and_every_option_is_described(site):
    page = (site / "reference" / "cli.html").read_text(encoding="utf-8")
    for name in command_names():
        _, _, section = page.partition(f'id="edgewright-{name}"')
        section = section.partition("<h2")[0]
        for action in parser_of(name, command_named(name))._actions:
            if action.dest not in {"help", "debug"}:
                for written in action.option_strings or [action.metavar]:
                    assert f"<code>{written}" in section, (name, written)


@pytest.mark.parametrize("package", ["edgewright_runtime", "edgewright_train", "edgewright_convert"])
def test_every_public_name_is_described(site, package):
    page = (site / "reference" / "api.html").read_text(encoding="utf-8")
    public = [name for name in importlib.import_module(package).__all__ if not name.startswith("_")]
    assert public
    assert [name for name in public if f'id="{package}.{name}"' not in page] == []


def test_every_decision_is_listed_and_contributing_is_in_the_site(site):
    page = (site / "decisions" / "index.html").read_text(encoding="utf-8")
    for decision in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert decision.with_suffix(".html").name in page
    assert "decisions/index.html" in (site / "contributing.html").read_text(encoding="utf-8")


def test_no_page_loads_anything_from_elsewhere(site):
    asked = {match for page in site.rglob("*.html") for match in _ELSEWHERE.findall(page.read_text(encoding="utf-8"))}
    assert asked == set()


def test_pages_with_diagrams_bring_what_draws_them(site):
    with_diagrams = [page for page in site.rglob("*.html") if '<pre class="mermaid">' in page.read_text("utf-8")]
    assert with_diagrams
    for page in with_diagrams:
        (script,) = re.findall(r'<script src="([^"]+mermaid[^"]*)"', page.read_text(encoding="utf-8"))
        assert 'globalThis["mermaid"] =' in (page.parent / script).read_text(encoding="utf-8")


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Each call of the program in a block of shell or YAML on a page: where, and its arguments."""
    for page in PAGES:
        for block in _SHELL.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.strip().removeprefix("- run: "), comments=True)
                if words[:1] == [program]:
                    yield f"{page.name}: {line.strip()}", words[1 : words.index(">") if ">" in words else None]


@pytest.mark.parametrize(("where", "words"), [pytest.param(*each, id=each[0]) for each in commands("edgewright")])
def test_command_on_a_page_is_one_that_the_parser_takes(where, words):
    if words == ["--version"]:
        return
    name, *rest = words
    parser_of(name, command_named(name)).parsed(rest)


@pytest.mark.parametrize(("where", "words"), [pytest.param(*each, id=each[0]) for each in commands("make")])
def test_make_on_a_page_names_targets_and_variables_that_there_are(where, words):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name, is_variable, _ = word.partition("=")
        known = rf"^{name} \?=" if is_variable else rf"^{name}:"
        assert re.search(known, makefile, re.MULTILINE), word


def test_modules_that_the_architecture_names_are_there():
    named = set(re.findall(r"[\w/]+\.py\b", ARCHITECTURE.read_text(encoding="utf-8")))
    sources = [path.as_posix() for path in ROOT.glob("*/edgewright_*/**/*.py")]
    assert len(named) > 40
    assert [name for name in sorted(named) if not any(path.endswith("/" + name) for path in sources)] == []


def edges(diagram: str) -> set[tuple[str, str]]:
    """The arrows of a diagram, from node to node; a chain of arrows on one line is several."""
    found = set()
    for line in _LABEL.sub(r"\1", diagram).splitlines():
        nodes = [node.strip() for node in line.split("-->")]
        found |= set(itertools.pairwise(nodes))
    return found


@pytest.mark.parametrize("package", ["train", "convert", "runtime"])
def test_diagram_of_the_packages_shows_every_layer_and_no_arrow_back_up(package):
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each.get("containers") == [f"edgewright_{package}"]]
    depth = {name: place for place, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}
    overview = _DIAGRAM.findall(ARCHITECTURE.read_text(encoding="utf-8"))[0]
    drawn = dict(_SUBGRAPH.findall(overview))[package]
    members = {node: re.findall(r"\w+", label.replace("<br>", " ")) for node, label in _LABEL.findall(drawn)}
    lowest = set(re.findall(r"\w+", layers[-1]))
    assert set(depth) - lowest <= {name for names in members.values() for name in names} <= set(depth)
    for above, below in edges(drawn):
        assert max(depth[name] for name in members[above]) < min(depth[name] for name in members[below]), (above, below)


def test_diagram_of_the_inputs_is_the_table_of_the_inputs():
    diagram = _DIAGRAM.findall(ARCHITECTURE.read_text(encoding="utf-8"))[1]
    table = {(source, row.name) for row in INPUTS for source in row.inputs if source not in {"options", "on_progress"}}
    assert edges(diagram) == table
