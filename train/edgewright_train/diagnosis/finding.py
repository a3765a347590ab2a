"""What a check says: a fault with its evidence and its remedy."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass
from typing import Any

ERROR, WARNING = "error", "warning"
"""An error spoils the training; a warning is to be known before its figures are trusted."""


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        code: what kind it is, in one word for programs.
        severity: `error` or `warning`.
        what: is wrong, one sentence.
        evidence: in numbers, one sentence.
        remedy: what to do, naming the option or the recipe's field, one sentence.
    """

    code: str
    severity: str
    what: str
    evidence: str
    remedy: str


@dataclass(frozen=True)
class Diagnosis:
    """All that was found.

    Attributes:
        findings: errors first, otherwise in the order of the checks.
        left_out: what was not looked at and why, one sentence each.
    """

    findings: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether one is an error."""
        return any(each.severity == ERROR for each in self.findings)

    def without(self, codes: Container[str]) -> Diagnosis:
        """The same without findings of these codes."""
        return Diagnosis(tuple(each for each in self.findings if each.code not in codes), self.left_out)

    def to_dict(self) -> dict[str, Any]:
        """The object of `edgewright doctor --json` and of doctor.json."""
        return {"findings": [asdict(each) for each in self.findings], "left_out": list(self.left_out)}


NOTHING_FOUND = Diagnosis()


def together(diagnoses: Iterable[Diagnosis]) -> Diagnosis:
    """One diagnosis of several; of one kind of fault only the first that names it with the same words."""
    findings: dict[tuple[str, str], Finding] = {}
    left_out: list[str] = []
    for each in diagnoses:
        for finding in each.findings:
            findings.setdefault((finding.code, finding.what), finding)
        left_out += each.left_out
    return Diagnosis(
        tuple(sorted(findings.values(), key=lambda finding: finding.severity != ERROR)), tuple(dict.fromkeys(left_out))
    )
