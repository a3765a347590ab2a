"""Many files' hashes: right after every change, and read only when there was one."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from edgewright_runtime.dataset import known_hashes
from edgewright_runtime.dataset.known_hashes import UNREADABLE, hashes_of
from edgewright_runtime.hashing import sha256_of_bytes, sha256_of_file

LONG_AGO = 1_600_000_000_000_000_000


@pytest.fixture
def files(tmp_path):
    """Two files whose last change was long enough ago to be remembered."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def later(monkeypatch):
    """The clock an hour on: the files were not changed just now."""
    real = time.time_ns
    monkeypatch.setattr(known_hashes.time, "time_ns", lambda: real() + 3_600_000_000_000)


def hashes(folder: Path) -> dict[str, str]:
    found = hashes_of([str(folder / name) for name in ("a", "b")], kept_in=folder / "cache" / "hashes.json")
    return {Path(path).name: sha256 for path, sha256 in found.items()}


def remembered(folder: Path) -> dict[str, str]:
    kept = json.loads((folder / "cache" / "hashes.json").read_text())["files"]
    return {Path(path).name: sha256 for path, (sha256, _) in kept.items()}


def test_hashes_are_those_of_the_contents(files, later):
    assert hashes(files) == {"a": sha256_of_bytes(b"a"), "b": sha256_of_bytes(b"b")} == remembered(files)


def test_a_remembered_file_is_not_read_again(files, later):
    hashes(files)
    kept = files / "cache" / "hashes.json"
    kept.write_text(kept.read_text().replace(sha256_of_bytes(b"a"), "remembered"))
    assert hashes(files)["a"] == "remembered"


def test_other_content_of_the_same_size_and_date_is_noticed(files, later):
    os.utime(files / "a", ns=(LONG_AGO, LONG_AGO))
    hashes(files)
    (files / "copy").write_text("c")
    os.utime(files / "copy", ns=(LONG_AGO, LONG_AGO))
    shutil.move(files / "copy", files / "a")
    assert (files / "a").stat().st_mtime_ns == LONG_AGO
    assert hashes(files)["a"] == sha256_of_bytes(b"c")


def test_touched_file_keeps_its_hash(files, later):
    before = hashes(files)
    (files / "a").touch()
    assert hashes(files) == before


def test_file_changed_just_now_is_not_remembered_for_it_may_change_again_within_the_same_date(files):
    assert hashes(files)["a"] == sha256_of_bytes(b"a")
    assert not (files / "cache").exists() or not remembered(files)


def test_file_that_cannot_be_read_has_no_hash(files, later):
    (files / "a").unlink()
    assert hashes(files) == {"a": UNREADABLE, "b": sha256_of_file(files / "b")}


def test_damaged_memory_is_made_anew(files, later):
    hashes(files)
    for damage in ("{", '{"files": 3}', '{"files": {"a": 1}}', '{"other": {}}'):
        (files / "cache" / "hashes.json").write_text(damage)
        assert hashes(files)["b"] == sha256_of_bytes(b"b")
        assert remembered(files).keys() == {"a", "b"}


def test_every_file_is_told_of_once(files):
    told = []
    paths = [str(files / name) for name in ("a", "b")]
    hashes_of(paths, kept_in=files / "hashes.json", on_progress=lambda *step: told.append(step))
    assert told == [(1, 2), (2, 2)]
