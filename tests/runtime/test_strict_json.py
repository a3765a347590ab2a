import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.strict_json import read_object, write_object


def test_object_comes_back_as_it_was_written(tmp_path):
    value = {"label": "Blütenstaub", "nested": {"list": [1, 2.5, None, True]}}

    write_object(tmp_path / "a.json", value)

    assert read_object(tmp_path / "a.json") == value
    assert "Blütenstaub" in (tmp_path / "a.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_number_that_json_does_not_know_is_not_written(tmp_path, number):
    write_object(tmp_path / "a.json", {"a": 1})

    with pytest.raises(ValueError, match="JSON compliant"):
        write_object(tmp_path / "a.json", {"a": number})

    assert read_object(tmp_path / "a.json") == {"a": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[1]", "must hold a JSON object, not a list"),
        (b"null", "must hold a JSON object, not a NoneType"),
        (b'{"a": 1, "b": 2, "a": 3}', "field 'a' is there twice"),
        (b'{"x": {"b": 1, "b": 1}}', "field 'b' is there twice"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": [-Infinity]}', "-Infinity is no JSON number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
    ],
)
def test_malformed_file_is_refused_by_name(tmp_path, content, reason):
    path = tmp_path / "contract.json"
    path.write_bytes(content)

    with pytest.raises(EdgewrightError, match=reason) as error:
        read_object(path)

    assert "contract.json" in str(error.value)


def test_missing_file_and_folder_are_refused_by_name(tmp_path):
    with pytest.raises(EdgewrightError, match=r"Cannot read .*gone\.json: No such file"):
        read_object(tmp_path / "gone.json")
    with pytest.raises(EdgewrightError, match="Is a directory"):
        read_object(tmp_path)
