"""What `edgewright inspect` prints: one JSON object, or a terse summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from .findings import findings
from .images.image_facts import ImageFacts
from .inspection import Inspection
from .probe.label_errors import LEAST_SCORE


def as_object(inspection: Inspection) -> dict[str, Any]:
    """The object that --json prints; docs/how-to/look-at-your-data.md lists its fields."""
    images, probed = inspection.images, inspection.probed
    errors = probed.errors if probed else ()
    return {
        "images": len(images),
        "files": inspection.files,
        "sampled": inspection.sampled,
        "classes": inspection.counts,
        "unreadable": [each.path for each in inspection.unreadable],
        "left_out": [asdict(each) for each in (*inspection.unreadable, *inspection.left_out)],
        "duplicates": [
            {"paths": list(each.paths), "kind": each.kind, "crosses": list(each.crosses)}
            for each in inspection.duplicates
        ],
        "label_errors": [
            {"path": each.path, "given": each.given, "suggested": each.suggested, "score": each.score}
            for each in errors
        ],
        "label_error_threshold": LEAST_SCORE if probed is None else probed.threshold,
        "probe": {
            "features": inspection.features,
            "weights": inspection.weights,
            "accuracy": None if probed is None else round(probed.accuracy, 4),
        },
        "shortcuts": [{"property": each.row.name, "score": each.score} for each in inspection.shortcuts],
        "outliers": [{"path": each.path, "why": each.why, "score": each.score} for each in inspection.outliers],
        "imbalance": imbalance(inspection),
        "measured": measured(images),
        "splits": dict(Counter(inspection.splits.of_images)) if any(inspection.splits.of_images) else {},
        "notes": [*inspection.notes, inspection.splits.note],
        "findings": [asdict(each) for each in findings(inspection)],
    }


def imbalance(inspection: Inspection) -> float | None:
    """The largest class by the smallest, or None where a class has no image."""
    least = min(inspection.counts.values())
    return round(max(inspection.counts.values()) / least, 2) if least else None


def measured(images: Sequence[ImageFacts]) -> dict[str, Any]:
    """What the images are like: ranges, means and counts."""
    return {
        "width_px": _range([image.width_px for image in images]),
        "height_px": _range([image.height_px for image in images]),
        "aspect": _range([image.aspect for image in images]),
        "brightness": _range([image.brightness for image in images]),
        "colourfulness": _range([image.colourfulness for image in images]),
        "channel_mean": np.mean([image.means for image in images], axis=0).round(2).tolist(),
        "channel_deviation": np.mean([image.deviations for image in images], axis=0).round(2).tolist(),
        "file_types": dict(Counter(image.file_type for image in images)),
        "turned_by_exif": sum(image.orientation != 1 for image in images),
    }


def summary(inspection: Inspection) -> list[str]:
    """Paragraphs for a terminal: what there is, what is wrong, and what to do."""
    counts = inspection.counts
    part = f" (a random {len(inspection.images)} of {inspection.files} files)" if inspection.sampled else ""
    said = [f"{len(inspection.images)} images of {len(counts)} classes{part}."]
    found = findings(inspection)
    for number, each in enumerate(found, start=1):
        said.append(f"{number}. {each.severity.capitalize()}: {each.what} {each.evidence} {each.remedy}")
    if not found:
        said.append("Nothing found that calls for a change.")
    if inspection.probed is not None:
        said.append(f"Labels were judged by {inspection.features}{_how_well(inspection)}.")
    return said


def _how_well(inspection: Inspection) -> str:
    if inspection.weights is not None:
        return ""
    return "; --weights FILE or imagenet may give a surer judgement"


def _range(values: Sequence[float]) -> dict[str, float]:
    low, middle, high = np.percentile(values, [0, 50, 100]).tolist()
    return {"least": round(low, 3), "median": round(middle, 3), "most": round(high, 3)}
