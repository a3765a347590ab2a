"""Dataclasses as the text of a CSV file."""

from dataclasses import dataclass

from edgewright_train.csv_text import csv_text


@dataclass(frozen=True)
class Place:
    name: str
    metres: float | None


def test_fields_are_the_header_and_what_is_not_known_is_empty():
    assert csv_text(Place, [Place("a, b", 1.5), Place("c", None)]) == 'name,metres\n"a, b",1.5\nc,\n'


def test_table_without_rows_has_its_header():
    assert csv_text(Place, []) == "name,metres\n"
