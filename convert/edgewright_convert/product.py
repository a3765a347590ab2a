"""What making one format gives, and what the manifest says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .fidelity import Fidelity


@dataclass(frozen=True)
class Product:
    """A finished file, not yet written.

    Attributes:
        data: its content.
        options: what the manifest says of how it was made, beyond the options that were asked for.
        notes: what the user should know about it, one phrase each.
        beside: further files, by what is added to the file's name; they are written first.
    """

    data: bytes
    options: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)


def int8_options(
    *,
    made_by: str,
    why: str = "",
    fidelity: Fidelity | None = None,
    excluded: Iterable[str] = (),
    correction: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the manifest says under `int8` of how an INT8 file was made, in whichever format.

    Args:
        made_by: an effort, or `baseline`.
        why: a phrase where it is not the corrected file.
        fidelity: to the float model on held-out images; None if that was not measured.
        excluded: layers excluded from quantization.
        correction: the steps that the corrected model was made by, and those that were tried.
    """
    return {
        "made_by": made_by,
        "why": why,
        "agreement": None if fidelity is None else fidelity.agreement,
        "expected_agreement": None if fidelity is None else fidelity.expected,
        "excluded_from_quantization": list(excluded),
        "correction": correction,
    }
