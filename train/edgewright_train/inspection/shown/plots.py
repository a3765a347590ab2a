"""The plots of an inspection as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from edgewright_runtime import atomic

from ...results.pictures.sheet import Tile, sheet
from ..images.thumbnails import thumbnail
from ..inspection import Inspection
from .page import sheet_paths
from .pictures import class_counts, property_histograms, shortcut_bars

_ON_A_SHEET, _ACROSS = 24, 6


def write_plots(inspection: Inspection, names: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """The PNG files written into the folder: the charts, and a sheet of images of each class.

    Raises:
        EdgewrightError: the folder cannot be written.
    """
    atomic.make_folder(folder)
    written = []
    for name, data in _drawn(inspection, names):
        path = folder / f"{name}.png"
        atomic.write_bytes(path, data)
        written.append(path)
    return tuple(written)


def _drawn(inspection: Inspection, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    counts = [inspection.counts[name] for name in inspection.names]
    yield "classes", class_counts([names[name] for name in inspection.names], counts)
    yield "images", property_histograms(inspection.images)
    if inspection.shortcuts:
        yield "shortcuts", shortcut_bars(inspection.shortcuts)
    for number, name in enumerate(inspection.names):
        paths = sheet_paths(inspection, name, _ON_A_SHEET)
        if paths:
            yield (
                f"sample-{number:03}",
                sheet([Tile(thumbnail(path), (Path(path).name,)) for path in paths], columns=_ACROSS),
            )
