"""Reads of a mapped file give what is in it, and leave little of it in the process's memory."""

import sys
from pathlib import Path

import numpy as np
import pytest

from edgewright_train.data.mapped import Mapped

ROW_BYTES, ROWS = 2**16, 512


def resident_bytes(file: Path) -> int:
    """How much of the mapped file this process has in its memory."""
    lines = iter(Path("/proc/self/smaps").read_text().splitlines())
    for line in lines:
        if line.endswith(str(file)):
            found = next(each for each in lines if each.startswith("Rss:"))
            return int(found.split()[1]) * 1024
    return 0


@pytest.fixture
def mapped(tmp_path):
    """32 MiB of rows that hold their own number, and the file."""
    path = tmp_path / "values"
    values = np.memmap(path, dtype=np.uint8, mode="w+", shape=(ROWS, ROW_BYTES))
    values[:] = (np.arange(ROWS) % 251)[:, None]
    return values, path


def test_rows_are_those_at_the_places_however_often_they_are_forgotten(mapped):
    values, _ = mapped
    reading = Mapped(values, resident_bytes=3 * ROW_BYTES)
    order = np.random.default_rng(0).permutation(ROWS)
    for start in range(0, ROWS, 4):
        places = order[start : start + 4]
        np.testing.assert_array_equal(reading.at(places)[:, 7], places % 251)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory of a mapping is read from /proc")
def test_little_of_the_file_stays_in_memory(mapped):
    values, path = mapped
    reading = Mapped(values, resident_bytes=2**21)
    for place in range(ROWS):
        reading.at(np.array([place]))
    assert resident_bytes(path) < 2**23
    _ = values.sum()
    assert resident_bytes(path) == ROWS * ROW_BYTES  # as it would be without


def test_array_in_memory_is_read_as_it_is():
    values = np.arange(12).reshape(4, 3)
    np.testing.assert_array_equal(Mapped(values, resident_bytes=1).at(np.array([2, 0])), values[[2, 0]])
