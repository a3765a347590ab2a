"""A diagnosis as JSON and as lines to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from edgewright_runtime.strict_json import read_object

from .finding import ERROR, Diagnosis, Finding

FILE_NAME = "doctor.json"
"""In the run folder."""

_SAID = 5


def diagnosis_json(diagnosis: Diagnosis) -> str:
    """The object as text."""
    return json.dumps(diagnosis.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_diagnosis(path: Path) -> Diagnosis:
    """The diagnosis in a doctor.json.

    Raises:
        EdgewrightError: there is none, or it is no JSON object.
    """
    value = read_object(path)
    return Diagnosis(tuple(Finding(**each) for each in value["findings"]), tuple(value["left_out"]))


def verdict_lines(diagnosis: Diagnosis, *, at_most: int = _SAID) -> Iterator[str]:
    """What to print of it: a line for each finding, the errors first, and how many more there are."""
    if not diagnosis.findings:
        yield "Doctor: nothing wrong was found."
    for finding in diagnosis.findings[:at_most]:
        kind = "ERROR" if finding.severity == ERROR else "Warning"
        yield f"{kind} ({finding.code}): {finding.what} {finding.evidence} {finding.remedy}"
    if len(diagnosis.findings) > at_most:
        yield f"{len(diagnosis.findings) - at_most} more finding(s) are in {FILE_NAME}."
