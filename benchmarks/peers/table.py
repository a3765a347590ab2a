"""The table of a comparison, in Markdown, and its place in a page."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from edgewright_runtime.machine import processor

from .race import Result

PEERS, COLD_START = "bench-peers", "cold-start"
"""Names of the places for tables in a page."""


def markdown(
    results: Mapping[str, Mapping[Path, Result]], sizes: Mapping[str, Sequence[Path]], *, command: str, decoder: str
) -> str:
    """A row for each contestant: what a photo of each size takes, and how many times ours that is."""
    samples = len(next(iter(next(iter(results.values())).values())).samples_ms)
    photos = len(next(iter(sizes.values())))
    lines = [
        f"`{command}`, on {processor()}, {os.cpu_count()} CPUs: INT8, {photos} photos of each size, all contestants "
        f"taking turns; of each photo the quickest of {samples} labels, and the median of the photos. Edgewright's "
        f"decoder: {decoder}.",
        "",
        "| photo to label | " + " | ".join(f"{size}, ms | times ours" for size in sizes) + " |",
        "|---|" + "---|---|" * len(sizes),
    ]
    ours = {size: _median(next(iter(results.values())), photos) for size, photos in sizes.items()}
    for title, row in results.items():
        cells = [f"{_median(row, each):.1f} | {_median(row, each) / ours[size]:.2f}" for size, each in sizes.items()]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _median(row: Mapping[Path, Result], photos: Sequence[Path]) -> float:
    return median(row[photo].quickest_ms for photo in photos)


def written_into(page: Path, text: str, place: str) -> None:
    """Puts the text between the page's two marks of that place.

    Raises:
        RuntimeError: there is no such page, or it has no such marks.
    """
    begin, end = f"<!-- {place}: begin -->", f"<!-- {place}: end -->"
    old = page.read_text(encoding="utf-8") if page.is_file() else ""
    if begin not in old or end not in old:
        raise RuntimeError(f"{page} has no place for the table: the lines {begin} and {end}")
    before, _, rest = old.partition(begin)
    page.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
