"""The names that stand for numbers in the metadata are the schema's own.

`make test-mediapipe` compares every number with the generated classes; here is what holds without them.
"""

from edgewright_convert.tflite.metadata.metadata_schema import ENUMERATIONS, IDENTIFIER, MODEL_METADATA, TABLES


def test_no_table_names_a_field_twice():
    assert [table.name for table in TABLES if len(set(table.fields)) != len(table.fields)] == []
    assert len({table.name for table in TABLES}) == len(TABLES)


def test_unions_count_twice_kind_first():
    for table in TABLES:
        for field in table.fields:
            if field.endswith("_type"):
                assert table.number(field.removesuffix("_type")) == table.number(field) + 1


def test_no_value_is_the_default_zero_which_a_flatbuffer_leaves_out():
    assert all(value > 0 for each in ENUMERATIONS for value in each)


def test_identifier_and_least_parser_version_are_where_readers_look():
    assert len(IDENTIFIER) == 4
    assert MODEL_METADATA.number("min_parser_version") == 7
