import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import (
    SplitRow,
    are_unlabelled,
    check_disjoint,
    read_splits,
    rows_of,
    write_splits,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1, max_size=20)
ROWS = st.lists(
    st.tuples(TEXT, TEXT, st.sampled_from(["train", "val", "test"])),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[0],
).map(lambda rows: [SplitRow(*row, sha256=f"{number:064x}") for number, row in enumerate(rows)])

HEADER = "path,label,split,sha256\n"


@given(ROWS)
def test_rows_come_back_in_order_whatever_characters_they_hold(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "splits.csv")
        write_splits(path, rows)

        assert read_splits(path) == tuple(rows)


def test_first_line_names_the_columns(tmp_path):
    write_splits(tmp_path / "splits.csv", [SplitRow("a b.jpg", "cat", "val", "0" * 64)])

    assert (tmp_path / "splits.csv").read_text() == HEADER + "a b.jpg,cat,val," + "0" * 64 + "\n"


def test_columns_may_stand_in_any_order_beside_others(tmp_path):
    path = tmp_path / "splits.csv"
    path.write_bytes(b"\xef\xbb\xbfsha256,split,note,label,path\r\n1f,test,x,cat,a.jpg\r\n")

    assert read_splits(path) == (SplitRow("a.jpg", "cat", "test", "1f"),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", r"lacks the column\(s\) path, label, split, sha256"),
        ("path,label,split\na,b,train\n", r"lacks the column\(s\) sha256"),
        (HEADER, "lists no image"),
        (HEADER + "a.jpg,cat,dev,1f\n", "Line 2 of .*'dev' is no split; use train, val, test"),
        (HEADER + ",cat,train,1f\n", "Line 2 of .* has an empty field"),
        (HEADER + "a.jpg,cat,train,1f\nb.jpg,,test,2f\n", "Line 3 of .* has an empty field"),
        (HEADER + "a.jpg,cat\n", "Line 2 of .* has an empty field"),
        (HEADER + "a.jpg,cat,train,1f\nb.jpg,cat,test,1f\n", r"a\.jpg \(train\) and b\.jpg \(test\)"),
        (HEADER + "a.jpg,cat,train,1f\nb.jpg,cat,test,1F\n", r"a\.jpg \(train\) and b\.jpg \(test\)"),
        (HEADER + "a.jpg,cat,train,1f\na.jpg,cat,test,2f\n", r"a\.jpg is in train and in test"),
        (HEADER + '"a.jpg,cat,train,1f\n', "unexpected end of data"),
        (HEADER + '"a"x,cat,train,1f\n', "expected after"),
        (HEADER + "a" * 200_000 + ",cat,train,1f\n", "field larger than field limit"),
    ],
)
def test_malformed_splits_are_refused(tmp_path, content, reason):
    path = tmp_path / "splits.csv"
    path.write_text(content)

    with pytest.raises(EdgewrightError, match=reason) as error:
        read_splits(path)

    assert "splits.csv" in str(error.value)


def test_missing_and_undecodable_files_are_refused_by_name(tmp_path):
    with pytest.raises(EdgewrightError, match=r"splits\.csv"):
        read_splits(tmp_path / "splits.csv")
    (tmp_path / "splits.csv").write_bytes(b"\xff")
    with pytest.raises(EdgewrightError, match=r"splits\.csv"):
        read_splits(tmp_path / "splits.csv")


@pytest.mark.parametrize("path", ["a\nb.jpg", "a\rb.jpg", "caf\udce9.jpg"])
def test_path_that_would_not_come_back_is_not_written(tmp_path, path):
    with pytest.raises(EdgewrightError, match="rename the file") as error:
        write_splits(tmp_path / "splits.csv", [SplitRow(path, "cat", "train", "1f")])

    str(error.value).encode("utf-8")
    assert not (tmp_path / "splits.csv").exists()


def test_one_content_twice_in_one_split_is_allowed():
    check_disjoint([SplitRow("a", "cat", "train", "1f"), SplitRow("b", "cat", "train", "1f")], "here")


def test_rows_of_a_split_keep_their_order():
    rows = [SplitRow(str(n), "cat", "test" if n % 2 else "train", f"{n:x}") for n in range(6)]

    assert [row.path for row in rows_of(rows, "test")] == ["1", "3", "5"]


def test_images_without_labels_are_listed_if_none_has_one(tmp_path):
    rows = (SplitRow("a.jpg", "", "train", "1f"), SplitRow("b.jpg", "", "test", "2f"))
    write_splits(tmp_path / "splits.csv", rows)
    assert read_splits(tmp_path / "splits.csv") == rows
    assert are_unlabelled(rows)
