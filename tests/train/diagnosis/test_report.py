"""What was found, as JSON and as lines."""

import json
from pathlib import Path

from edgewright_train.diagnosis import (
    ERROR,
    FILE_NAME,
    NOTHING_FOUND,
    WARNING,
    Diagnosis,
    Finding,
    diagnosis_json,
    read_diagnosis,
    verdict_lines,
)
from edgewright_train.diagnosis.finding import together


def found(code: str, severity: str = WARNING) -> Finding:
    return Finding(code, severity, f"{code} is wrong.", "It is 7.", "Make it 8.")


def test_diagnosis_comes_back_from_its_file(tmp_path: Path):
    diagnosis = Diagnosis((found("one", ERROR), found("two")), ("Something was not looked at.",))
    (tmp_path / FILE_NAME).write_text(diagnosis_json(diagnosis))
    assert read_diagnosis(tmp_path / FILE_NAME) == diagnosis
    assert set(json.loads(diagnosis_json(diagnosis))["findings"][0]) == {
        "code", "severity", "what", "evidence", "remedy",
    }  # fmt: skip


def test_errors_come_first_and_the_same_is_said_once():
    whole = together((Diagnosis((found("one"), found("two", ERROR))), Diagnosis((found("one"), found("three")))))
    assert [each.code for each in whole.findings] == ["two", "one", "three"]
    assert whole.has_errors


def test_no_more_than_five_findings_are_printed_and_the_rest_is_counted():
    lines = list(verdict_lines(Diagnosis(tuple(found(f"code{number}") for number in range(8)))))
    assert len(lines) == 6
    assert lines[0] == "Warning (code0): code0 is wrong. It is 7. Make it 8."
    assert lines[-1] == "3 more finding(s) are in doctor.json."


def test_nothing_found_is_said():
    assert list(verdict_lines(NOTHING_FOUND)) == ["Doctor: nothing wrong was found."]
