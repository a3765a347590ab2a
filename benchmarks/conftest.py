"""The benchmarks use the tests' run folders, or the run that `--run` names; the suite ends with a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.conftest import converted_run, digit_images, float_run

__all__ = ["converted_run", "digit_images", "float_run"]

_ROWS = pytest.StashKey[dict[str, dict[str, float]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run", metavar="RUN", help="run folder for the suite; a small one of the digits if not given")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ROWS] = {}


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Path:
    """The run folder that the suite measures."""
    named = request.config.getoption("--run")
    return Path(named) if named else Path(request.getfixturevalue("converted_run"))


@pytest.fixture
def row(request: pytest.FixtureRequest, name: str) -> dict[str, float]:
    """The figures of one format, for the table at the end."""
    return request.config.stash[_ROWS].setdefault(name, {})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    rows = config.stash[_ROWS]
    if not rows:
        return
    headings = list(dict.fromkeys(heading for row in rows.values() for heading in row))
    terminalreporter.section("one row per format")
    terminalreporter.write_line(f"{'format':16s}" + "".join(f"{heading:>18s}" for heading in headings))
    for name, row in rows.items():
        cells = "".join(f"{row[each]:18.4f}" if each in row else f"{'-':>18s}" for each in headings)
        terminalreporter.write_line(f"{name:16s}{cells}")
