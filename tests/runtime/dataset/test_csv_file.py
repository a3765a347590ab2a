"""A CSV file becomes a data set, or says what is wrong with it."""

import contextlib
import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from edgewright_runtime.dataset import read_dataset
from edgewright_runtime.dataset.csv_file import list_csv
from edgewright_runtime.errors import EdgewrightError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(8):
        pixels = np.random.default_rng(number).integers(0, 256, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def eight_rows() -> str:
    rows = [f"{n}.png,{'even' if n % 2 == 0 else 'odd'}" for n in range(8)]
    return "filepath,label\n" + "\n".join(rows) + "\n"


def test_relative_paths_start_at_the_csv_file(folder, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    dataset = read_dataset(written(folder, eight_rows()))
    assert dataset.labels == ("even", "odd")
    assert [image.path for image in dataset.images] == [str(folder / f"{n}.png") for n in range(8)]


def test_relative_paths_may_start_at_the_working_folder(folder, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(folder)
    path = written(tmp_path_factory.mktemp("elsewhere"), eight_rows())
    assert read_dataset(path).images[0].path == "0.png"


def test_paths_are_relative_where_the_csv_file_was_named_so(folder, monkeypatch):
    written(folder, eight_rows())
    monkeypatch.chdir(folder.parent)
    assert read_dataset(Path(folder.name) / "data.csv").images[0].path == f"{folder.name}/0.png"


def test_absolute_paths_quotes_blanks_and_further_columns_are_read(folder):
    rows = "\n".join(f'"{folder / f"{n}.png"}", "{"ev,en" if n % 2 else "odd"}" ,x' for n in range(8))
    dataset = read_dataset(written(folder, f"\ufefffilepath, label ,photographer\n{rows}\n"))
    assert dataset.labels == ("ev,en", "odd")


def test_given_splits_are_kept(folder):
    splits = ["train", "train", "val", "val", "test", "test", "train", "train"]
    rows = "\n".join(f"{n}.png,{'even' if n % 2 == 0 else 'odd'},{split}" for n, split in enumerate(splits))
    dataset = read_dataset(written(folder, f"filepath,label,split\n{rows}\n"))
    assert [image.split for image in dataset.images] == splits


def test_labels_txt_beside_the_csv_file_is_honoured(folder):
    (folder / "labels.txt").write_text("odd\neven\n")
    assert read_dataset(written(folder, eight_rows())).labels == ("odd", "even")


def test_file_that_is_not_there_is_reported_by_name(folder):
    dataset = read_dataset(written(folder, eight_rows() + "gone.png,odd\n"))
    assert [(file.path, file.reason) for file in dataset.rejected] == [("gone.png", "there is no such file")]


def test_file_listed_twice_counts_once(folder):
    dataset = read_dataset(written(folder, eight_rows() + "0.png,even\n"))
    assert len(dataset.images) == 8
    assert "twice" in dataset.rejected[0].reason


def test_file_listed_under_two_labels_is_left_out_by_name(folder):
    dataset = read_dataset(written(folder, eight_rows() + "0.png,odd\n"))
    assert [Path(file.path).name for file in dataset.rejected] == ["0.png", "0.png"]
    assert len(dataset.images) == 7


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"lacks the column\(s\) filepath, label"),
        ("path,label\n0.png,a\n", r"lacks the column\(s\) filepath;.*is 'path,label'"),
        ("filepath\n0.png\n", r"lacks the column\(s\) label"),
        ("filepath;label\n0.png;a\n", r"lacks the column\(s\) filepath, label.*separated by commas"),
        ("filepath,label\n", "has no rows below its header"),
        ("filepath,label\n0.png,\n", "Line 2 of .* has no label"),
        ("filepath,label\n0.png,a\n,b\n", "Line 3 of .* has no filepath"),
        ("filepath,label,split\n0.png,a,training\n", "'training' is no split; use train, val, test"),
        ("filepath,label,split\n0.png,a,train\n1.png,a,\n", "a split in some rows only"),
        ("filepath,label\nx/0.png,a\nx/1.png,b\n", r"None of the 2 file\(s\) .* is there \(the first is x/0.png\)"),
        ("filepath,label,split\n0.png,a,train\n0.png,a,test\n", "in train and in test; an image may be in one split"),
    ],
)
def test_bad_csv_is_refused_in_one_sentence(folder, text, sentence):
    with pytest.raises(EdgewrightError, match=sentence):
        read_dataset(written(folder, text))


def test_copies_in_two_splits_are_refused(folder):
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    rows = "\n".join(f"{n}.png,{'even' if n % 2 == 0 else 'odd'},train" for n in range(8))
    with pytest.raises(EdgewrightError, match="have the same content; an image may be in one split only"):
        read_dataset(written(folder, f"filepath,label,split\n{rows}\ncopy.png,even,test\n"))


def test_csv_that_is_not_utf8_is_refused(folder):
    (folder / "data.csv").write_bytes("filepath,label\n0.png,gr\u00fcn\n".encode("latin-1"))
    with pytest.raises(EdgewrightError, match="not UTF-8"):
        read_dataset(folder / "data.csv")


def test_missing_csv_is_refused(tmp_path):
    with pytest.raises(EdgewrightError, match="no data set at"):
        read_dataset(tmp_path / "gone.csv")


@given(
    labels=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=8, max_size=8
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_labels_survive_csv_quoting(folder, labels):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["filepath", "label"])
    writer.writerows([f"{n}.png", label] for n, label in enumerate(labels))
    path = folder / "data.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    listed, rejected = list_csv(path)
    assert [file.label for file in listed] == labels
    assert rejected == ()


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_any_content_is_read_or_refused_in_one_sentence(folder, content):
    path = folder / "data.csv"
    path.write_bytes(b"filepath,label\n" + content)
    with contextlib.suppress(EdgewrightError):
        list_csv(path)
