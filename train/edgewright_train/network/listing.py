"""The backbones as a table for people."""

from __future__ import annotations

import textwrap

from .backbones import BACKBONES, Backbone
from .facts import facts_of

HEADINGS = ("backbone", "alpha", "input side", "parameters", "multiply-adds", "ImageNet weights")

_WIDTH = 100


def backbone_cells(row: Backbone) -> tuple[tuple[str, ...], ...]:
    """A line of cells, under `HEADINGS`, for each width of the backbone; no head is counted."""
    weights = "yes" if row.published else "no"
    return tuple(
        (
            row.name,
            str(alpha),
            f"{row.min_size} to {row.max_size}",
            f"{facts.parameters / 1e6:.2f} M",
            f"{facts.multiply_adds / 1e6:.0f} M at {row.native_size}",
            weights,
        )
        for alpha, facts in facts_of(row).items()
    )


def backbone_list() -> str:
    """What `edgewright train --list-backbones` prints: the table, and where training each is delicate."""
    lines = [HEADINGS, *(cells for row in BACKBONES for cells in backbone_cells(row))]
    rooms = [max(len(cells[place]) for cells in lines) for place in range(len(HEADINGS))]
    table = ["  ".join(cell.ljust(room) for cell, room in zip(cells, rooms, strict=True)).rstrip() for cells in lines]
    return "\n".join([*table, "", *(_notes(row) for row in BACKBONES)])


def _notes(row: Backbone) -> str:
    activations = f" activation: {', '.join(row.activations)}." if row.activations else ""
    note = f"{row.name}:{activations} {row.delicate}"
    return textwrap.fill(note, _WIDTH, subsequent_indent="    ", break_on_hyphens=False)
