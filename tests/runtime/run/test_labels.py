import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.labels import class_names, read_labels, write_labels

LABELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1, max_size=12)


@given(st.lists(LABELS.filter(lambda label: label == label.strip("\ufeff").strip()), min_size=1))
def test_labels_come_back_in_order_whatever_characters_they_hold(labels):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "labels.txt")
        write_labels(path, labels)

        assert read_labels(path) == tuple(labels)


@pytest.mark.parametrize("content", [b"cat\ndog\n", b"cat\r\ndog\r\n", b"\xef\xbb\xbfcat\ndog", b"cat \n dog\n\n\n"])
def test_labels_of_other_editors_are_read(tmp_path, content):
    (tmp_path / "labels.txt").write_bytes(content)

    assert read_labels(tmp_path / "labels.txt") == ("cat", "dog")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty; it needs one label per line"),
        (b"\n \n", "is empty"),
        (b"cat\n\ndog\n", "Line 2 of .* is blank"),
        (b"caf\xe9\n", "Cannot read the labels file"),
    ],
)
def test_malformed_labels_are_refused(tmp_path, content, reason):
    (tmp_path / "labels.txt").write_bytes(content)

    with pytest.raises(EdgewrightError, match=reason):
        read_labels(tmp_path / "labels.txt")


def test_missing_labels_are_refused_by_name(tmp_path):
    with pytest.raises(EdgewrightError, match=r"labels\.txt"):
        read_labels(tmp_path / "labels.txt")


@pytest.mark.parametrize("labels", [["a", ""], ["a", " b"], ["a\nb"], ["a\rb"], ["\t"]])
def test_labels_that_would_not_come_back_are_not_written(tmp_path, labels):
    with pytest.raises(EdgewrightError):
        write_labels(tmp_path / "labels.txt", labels)

    assert not (tmp_path / "labels.txt").exists()


def test_class_names_are_the_labels_where_no_two_are_alike():
    assert class_names(["crane", "maillot"]) == ("crane", "maillot")


def test_class_names_have_the_class_index_where_the_label_repeats():
    assert class_names(["crane", "maillot", "crane"]) == ("crane [0]", "maillot", "crane [2]")


def test_class_names_differ_from_a_label_that_looks_like_one():
    names = class_names(["crane", "crane", "crane [1]"])
    assert names == ("crane [0]", "crane [1] [1]", "crane [1] [2]")


@given(st.lists(st.sampled_from(["a", "a [0]", "a [1]", "a [1] [1]", "b"]), max_size=8))
def test_class_names_are_never_alike_and_name_themselves(labels):
    names = class_names(labels)
    assert len(set(names)) == len(labels)
    assert class_names(names) == names
