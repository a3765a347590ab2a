import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgewright_convert.calibration.pixel_store import pixels_key, read_pixels
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow

CONTRACT = Preprocessing(24, 20)


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    return RunFolder(path)


@pytest.fixture
def rows(tmp_path, digit_images):
    """Twelve images, in a folder that a test may spoil."""
    folder = tmp_path / "images"
    shutil.copytree(digit_images / "3", folder)
    paths = sorted(folder.glob("*.png"))[:12]
    return [SplitRow(str(path), "3", "train", sha256_of_file(path)) for path in paths]


def read(run, rows, contract=CONTRACT, *, store=True):
    return read_pixels(rows, contract, run, name="representative", what="representative dataset", store=store)


def stored_file(run):
    (path,) = (run.path / "cache").iterdir()
    return path


def without_images(rows):
    for row in rows:
        Path(row.path).unlink()


def test_nothing_is_stored_unasked(run, rows):
    found = read(run, rows, store=False)
    assert np.array_equal(found.pixels[5], CONTRACT.apply(rows[5].path))
    assert found.notes == ()
    assert list(run.path.iterdir()) == []


def test_stored_pixels_serve_where_the_images_are_gone(run, rows):
    first = read(run, rows)
    assert "stored in cache/representative-" in first.notes[0]
    without_images(rows)
    second = read(run, rows)
    assert np.array_equal(first.pixels, second.pixels)
    assert second.pixels.dtype == np.uint8
    assert "taken from cache/representative-" in second.notes[0]


def test_stored_pixels_are_not_looked_at_unless_asked(run, rows):
    read(run, rows)
    without_images(rows)
    with pytest.raises(EdgewrightError, match=r"images.*\.png"):
        read(run, rows, store=False)


def test_manifest_says_what_is_kept(run, rows):
    read(run, rows)
    path = stored_file(run)
    entry = read_manifest(run.path).artefacts[f"cache/{path.name}"]
    assert entry.sha256 == sha256_of_file(path)
    assert entry.options == {"key": pixels_key(rows, CONTRACT), "images": 12}
    assert {"edgewright", "pillow"} <= set(entry.versions)


def test_key_is_that_of_contents_order_and_contract(rows):
    key = pixels_key(rows, CONTRACT)
    assert pixels_key([replace(row, path="elsewhere.png", label="x") for row in rows], CONTRACT) == key
    others = [rows[:-1], rows[::-1], [replace(rows[0], sha256="0" * 64), *rows[1:]]]
    contracts = [replace(CONTRACT, width=24), replace(CONTRACT, interpolation="lanczos")]
    keys = {key, *(pixels_key(other, CONTRACT) for other in others), *(pixels_key(rows, each) for each in contracts)}
    assert len(keys) == 1 + len(others) + len(contracts)


def flip_a_byte(path):
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:500])


def other_pixels(path):
    np.save(path, np.zeros((12, 24, 20, 3), np.uint8))


@pytest.mark.parametrize("spoil", [flip_a_byte, cut_short, other_pixels])
def test_spoilt_file_is_made_anew_with_a_note(spoil, run, rows):
    good = read(run, rows).pixels
    spoil(stored_file(run))
    found = read(run, rows)
    assert np.array_equal(found.pixels, good)
    assert "made anew because what was there was changed or damaged" in found.notes[0]
    assert "taken from" in read(run, rows).notes[0]


def test_file_from_another_run_is_made_anew_with_a_note(tmp_path, run, rows):
    read(run, rows)
    other = RunFolder(tmp_path / "other")
    shutil.copytree(run.path / "cache", other.path / "cache")
    other_pixels(stored_file(other))
    found = read(other, rows)
    assert np.array_equal(found.pixels[3], CONTRACT.apply(rows[3].path))
    assert "was not made for this run" in found.notes[0]


def test_spoilt_file_is_not_used_even_where_the_images_are_gone(run, rows):
    read(run, rows)
    flip_a_byte(stored_file(run))
    without_images(rows)
    with pytest.raises(EdgewrightError, match=r"images.*\.png"):
        read(run, rows)


def test_cache_that_cannot_be_written_is_one_sentence(run, rows):
    (run.path / "cache").write_text("a file where the folder should be")
    with pytest.raises(EdgewrightError, match=r"Cannot write .*cache.*name of its folder"):
        read(run, rows)


def test_no_images_are_no_pixels_and_nothing_is_stored(run):
    found = read(run, [])
    assert (found.pixels.shape, found.pixels.dtype, found.notes) == ((0, 24, 20, 3), np.uint8, ())
    assert not (run.path / "cache").exists()
