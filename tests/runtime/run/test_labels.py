import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.labels import read_labels, write_labels

LABELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1, max_size=12)


@given(st.lists(LABELS.filter(lambda label: label == label.strip("\ufeff").strip()), min_size=1, unique=True))
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
        (b"cat\ndog\ncat\n", "the label 'cat' on lines 1 and 3"),
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


@pytest.mark.parametrize("labels", [["a", ""], ["a", " b"], ["a\nb"], ["a\rb"], ["a", "a"], ["\t"]])
def test_labels_that_would_not_come_back_are_not_written(tmp_path, labels):
    with pytest.raises(EdgewrightError):
        write_labels(tmp_path / "labels.txt", labels)

    assert not (tmp_path / "labels.txt").exists()
