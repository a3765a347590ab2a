"""A data set is the same as long as its files have the same names, labels, splits and contents."""

import shutil
from pathlib import Path

import pytest

from edgewright_runtime.dataset import read_dataset
from edgewright_runtime.dataset.fingerprint import digest, files_now, files_of

from ...painted import paint


@pytest.fixture
def data(tmp_path):
    return paint(tmp_path / "data", per_class=4)


@pytest.fixture
def now(tmp_path):
    """The digest of a data set as it is now."""
    return lambda source: digest(files_now(source, kept_in=tmp_path / "hashes.json"))


def test_what_was_read_is_what_is_there(data, now):
    (data / "red" / "liar.png").write_text("no image")
    assert digest(files_of(data, read_dataset(data))) == now(data)


def test_a_data_set_is_the_same_wherever_it_is_looked_at_from(data, now, tmp_path, monkeypatch):
    before = now(data)
    monkeypatch.chdir(tmp_path)
    assert now(Path("data")) == before
    shutil.copytree(data, tmp_path / "copy")
    assert now(tmp_path / "copy") == before


def test_a_touched_file_is_the_same(data, now):
    before = now(data)
    (data / "red" / "000.png").touch()
    assert now(data) == before


def test_a_file_that_is_no_image_yet_counts_for_it_may_become_one(data, now):
    (data / "red" / "late.png").write_bytes(b"half an upload")
    before = now(data)
    shutil.copy(data / "red" / "000.png", data / "red" / "late.png")
    assert now(data) != before


@pytest.mark.parametrize("change", ["added", "removed", "renamed", "other class", "other content"])
def test_every_change_of_a_file_is_noticed(data, now, change):
    before = now(data)
    file = data / "red" / "000.png"
    if change == "added":
        shutil.copy(file, data / "red" / "new.png")
    elif change == "removed":
        file.unlink()
    elif change == "renamed":
        file.rename(data / "red" / "x.png")
    elif change == "other class":
        file.rename(data / "blue" / "x.png")
    else:
        shutil.copy(data / "red" / "001.png", file)
    assert now(data) != before


def test_labels_and_splits_in_a_csv_file_count_and_its_order_does_not(data, now):
    rows = ["red/000.png,red,train", "red/001.png,red,test", "blue/000.png,blue,train"]
    table = data / "data.csv"

    def digest_of(*lines: str) -> str:
        table.write_text("\n".join(("filepath,label,split", *lines)))
        return now(table)

    before = digest_of(*rows)
    assert digest_of(*reversed(rows)) == before
    assert digest_of(rows[0], "red/001.png,blue,test", rows[2]) != before
    assert digest_of(rows[0], "red/001.png,red,val", rows[2]) != before


def test_file_that_came_while_the_data_set_was_read_is_not_among_those_read(data):
    dataset = read_dataset(data)
    shutil.copy(data / "red" / "000.png", data / "red" / "new.png")
    assert "red/new.png" not in {file.name for file in files_of(data, dataset)}


def test_file_whose_name_is_not_utf8_is_left_out_of_both(data, now):
    shutil.copy(data / "red" / "000.png", bytes(data / "red") + b"/\xff.png")
    assert digest(files_of(data, read_dataset(data))) == now(data)
