"""What the tests of several commands are tried on."""

from __future__ import annotations

import csv

import pytest


@pytest.fixture(scope="session")
def seven(digit_images):
    return digit_images / "7" / "0003.png"


@pytest.fixture
def two_cranes(run_copy):
    """A run folder in which the classes 3 and 7 have one label."""
    labels = ["crane" if label in {"3", "7"} else label for label in map(str, range(10))]
    (run_copy / "manifest.json").unlink()
    (run_copy / "labels.txt").write_text("\n".join(labels))
    rows = list(csv.reader((run_copy / "splits.csv").read_text().splitlines()))
    for row in rows:
        row[1] = f"crane [{row[1]}]" if row[1] in {"3", "7"} else row[1]
    (run_copy / "splits.csv").write_text("\n".join(map(",".join, rows)))
    return run_copy
