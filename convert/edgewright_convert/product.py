"""What making one format gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
