"""A file of rows is gone on with wherever it was cut off, and every image has its row once."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.classifier import Prediction
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.labelling.row import Row
from edgewright_runtime.labelling.row_file import RowFile

ORIGIN = {"model": "abc", "top_k": 1}
ODD = ["a.jpg", 'quo"te,comma.jpg', "two\nlines.jpg", "Ü.jpg", '"', "{.jpg"]


def row(path: str) -> Row:
    return Row(path, (Prediction("seven, of 10", 0.5, 7),)) if path != "{.jpg" else Row(path, error='no "image"')


def written(path, names, *, whole=True):
    with RowFile(path, ORIGIN) as file:
        for name in names:
            if name not in file:
                file.add(row(name))
        if whole:
            file.finish()


def paths_in(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line)["path"] for line in text.split("\n") if line]
    return [record["path"] for record in csv.DictReader(text.splitlines(keepends=True))]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_whole_file_has_a_row_for_each(tmp_path, suffix):
    out = tmp_path / f"rows{suffix}"
    written(out, ODD)

    assert paths_in(out) == ODD
    assert not (tmp_path / f"rows{suffix}.partial").exists()


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@given(data=st.data())
def test_file_cut_off_anywhere_is_finished_with_every_row_once(tmp_path_factory, suffix, data):
    out = tmp_path_factory.mktemp("cut") / f"rows{suffix}"
    written(out, ODD, whole=False)
    partial = out.with_name(out.name + ".partial")
    whole = partial.read_bytes()
    partial.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])

    written(out, ODD)

    assert out.read_bytes() == whole


def test_images_that_came_later_are_added_to_a_whole_file(tmp_path):
    out = tmp_path / "rows.jsonl"
    written(out, ODD[:2])
    written(out, ODD)

    assert paths_in(out) == ODD


def test_rows_of_another_model_are_refused_and_stay(tmp_path):
    out = tmp_path / "rows.csv"
    written(out, ODD)
    before = out.read_bytes()

    with pytest.raises(EdgewrightError, match="made otherwise \\(model differs\\)"):
        RowFile(out, {**ORIGIN, "model": "other"})

    assert out.read_bytes() == before


def test_file_of_somebody_else_is_refused_and_stays(tmp_path):
    out = tmp_path / "rows.csv"
    out.write_text("mine")

    with pytest.raises(EdgewrightError, match="was not written by this command"):
        RowFile(out, ORIGIN)

    assert out.read_text() == "mine"


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(EdgewrightError, match=r"must end in \.jsonl or \.csv"):
        RowFile(tmp_path / "rows.txt", ORIGIN)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_images_that_could_not_be_read_are_counted_among_the_rows_kept(tmp_path, suffix):
    out = tmp_path / f"rows{suffix}"
    written(out, ODD)
    with RowFile(out, ORIGIN) as file:
        assert (file.kept, file.unreadable) == (len(ODD), 1)


def test_file_that_another_command_is_writing_is_refused_and_its_rows_stay(tmp_path):
    out = tmp_path / "rows.csv"
    with RowFile(out, ORIGIN) as first:
        first.add(row("a.jpg"))
        with pytest.raises(EdgewrightError, match=r"Another command is writing .*rows\.csv; wait for it"):
            RowFile(out, ORIGIN)
        first.add(row('"'))
        first.finish()
    assert paths_in(out) == ["a.jpg", '"']
