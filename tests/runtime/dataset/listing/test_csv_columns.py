"""The usual names of columns are understood, and what may be meant twice is asked for."""

from pathlib import Path

import pytest

from edgewright_runtime.dataset.listing.csv_columns import columns_of, delimiter_of, header_of
from edgewright_runtime.errors import EdgewrightError

SOURCE = Path("train.csv")


def found(line: str) -> tuple[str, str, str | None]:
    columns = columns_of(SOURCE, line.split(","))
    return columns.path, columns.label, columns.split


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("filepath,label", ("filepath", "label", None)),
        ("image,class", ("image", "class", None)),
        ("filename,label", ("filename", "label", None)),
        ("file,category", ("file", "category", None)),
        ("image_path,label", ("image_path", "label", None)),
        ("path,target,split", ("path", "target", "split")),
        ("Image Path,Class Name,Subset", ("Image Path", "Class Name", "Subset")),
        ("FILE-NAME,LABEL,Partition", ("FILE-NAME", "LABEL", "Partition")),
        ("id,breed", ("id", "breed", None)),
        ("image_id,label", ("image_id", "label", None)),
        ("id,image,label", ("image", "label", None)),
        ("name,species,path", ("path", "species", None)),
        ("filename,class_id,class_name", ("filename", "class_name", None)),
        ("image,class_id", ("image", "class_id", None)),
        ("class id,filepaths,labels,data set,scientific name", ("filepaths", "labels", "data set")),
        (",image,label", ("image", "label", None)),
        ("image,what it shows", ("image", "what it shows", None)),
        ("what it shows,image,split", ("image", "what it shows", "split")),
        ("filepath,label,class,path,set,split", ("filepath", "label", "split")),
    ],
)
def test_columns_are_known_by_their_usual_names(header, expected):
    assert found(header) == expected


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (
            "path,filename,label",
            r"train\.csv has the columns 'path', 'filename', and each may be the path of the image",
        ),
        ("image,class,category", "'class', 'category', and each may be the label; call the one that is 'label'"),
        ("image,label,set,subset", "'set', 'subset', and each may be the split"),
        (
            "image_id,id,label",
            "'image_id', 'id', and each may be the path of the image; call the one that is 'filepath'",
        ),
        ("label,split", "no column that can be taken for 'filepath'"),
        ("image,width,height", "no column that can be taken for 'label'"),
        ("image,label,label", "'label', 'label', and each may be the label"),
    ],
)
def test_what_is_missing_or_may_be_meant_twice_is_one_sentence(header, sentence):
    with pytest.raises(EdgewrightError, match=sentence):
        found(header)


def test_delimiter_is_the_one_that_finds_most_fields():
    assert delimiter_of("a,b\n1;2;3\n") == ","
    assert delimiter_of("a;b\n1,5;2\n") == ";"
    assert delimiter_of('"a,b";c\n') == ";"
    assert delimiter_of("a\n") == ","
    assert delimiter_of("") == ","


def test_header_keeps_quoted_delimiters_and_loses_blanks():
    assert header_of('"a,b", c \n1,2\n', ",") == ["a,b", "c"]
