"""Lists of labels as others write them."""

import json

import pytest

from edgewright_convert.importing.label_lists import listed_labels
from edgewright_runtime.errors import EdgewrightError

FISH = ("tench", "goldfish", "shark")


@pytest.mark.parametrize(
    "text",
    [
        "tench\ngoldfish\nshark\n",
        "\ufefftench\r\ngoldfish\r\nshark\r\n\r\n",
        "0: tench\n1: goldfish\n2: shark\n",
        "0  tench\n1  goldfish\n2  shark",
        "2,shark\n0,tench\n1,goldfish\n",
        "1 tench\n2 goldfish\n3 shark\n",
        json.dumps(FISH),
        json.dumps({"0": "tench", "2": "shark", "1": "goldfish"}),
        json.dumps({"tench": 0, "shark": 2, "goldfish": 1}),
        json.dumps({"architectures": ["x"], "id2label": {"0": "tench", "1": "goldfish", "2": "shark"}}),
        "{0: 'tench',\n 1: 'goldfish',\n 2: 'shark'}",
    ],
)
def test_list_is_read_in_the_order_of_the_outputs(tmp_path, text):
    (tmp_path / "labels.txt").write_bytes(text.encode())
    assert listed_labels(tmp_path / "labels.txt")[0] == FISH


def test_wordnet_id_and_name_become_one_label(tmp_path):
    (tmp_path / "index.json").write_text('{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}')
    assert listed_labels(tmp_path / "index.json") == (("n01440764 tench", "n01443537 goldfish"), ())


def test_numbers_that_are_taken_for_places_are_told(tmp_path):
    (tmp_path / "labels.txt").write_text("0 tench\n1 goldfish\n2 shark\n")
    (note,) = listed_labels(tmp_path / "labels.txt")[1]
    assert "labels.txt, 0 to 2, are taken for places" in note


@pytest.mark.parametrize(
    "labels",
    [
        ("1 star", "2 stars", "3 stars", "4 stars"),
        ("1 euro", "2 euro"),
        ("2 door", "4 door", "5 door"),
        ("0", "1", "2"),
        ("0 a", "1 b", "c"),
    ],
)
def test_numbers_that_belong_to_the_labels_stay(tmp_path, labels):
    (tmp_path / "labels.txt").write_text("\n".join(labels))
    assert listed_labels(tmp_path / "labels.txt") == (labels, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{0: open('x')}", "begins like JSON and is none"),
        ('{"0": "tench", "2": "shark"}', "each place from 0 to 1 one label"),
        ('["tench", ""]', "no label at place 1"),
        ("{}", "holds no list of labels"),
        ("", "is empty"),
    ],
)
def test_list_that_cannot_be_read_is_one_sentence(tmp_path, text, message):
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(EdgewrightError, match=message):
        listed_labels(tmp_path / "labels.json")
