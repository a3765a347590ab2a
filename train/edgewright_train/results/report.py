"""Everything that a training leaves to be looked at: pictures, tables and the page that shows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgewright_runtime.run.labels import class_names

from ..diagnosis import NOTHING_FOUND, Diagnosis
from .calibration import reliability, scaled
from .confused import confusion_csv
from .findings import Evidence
from .inside.gallery import Exhibit
from .inside.look import Looks
from .page.page import Content, Mistake, page_html
from .pictures.class_bars import class_bars
from .pictures.confusion import confusion_heat_map
from .pictures.curves import learning_curves
from .pictures.figure import drawable_names, undrawable
from .pictures.reliability import reliability_diagram
from .pictures.roc import has_curves, roc_curves
from .pictures.sheet import Tile, sheet
from .predictions import Photos, Predictions

PAGE = "report.html"

_MISTAKES, _SHEET_COLUMNS = 24, 6


@dataclass(frozen=True)
class Judged:
    """What is reported on.

    Attributes:
        title: of the page.
        origin: one line on how the model was trained.
        command: what to type next.
        evidence: the figures.
        test: the answers on the test split.
        photos: of the test split.
        looks: into the network.
        diagnosis: what is wrong with the training.
    """

    title: str
    origin: str
    command: str
    evidence: Evidence
    test: Predictions
    photos: Photos
    looks: Looks
    diagnosis: Diagnosis = NOTHING_FOUND


@dataclass(frozen=True)
class Report:
    """What is written of a training.

    Attributes:
        files: the page, the pictures and the tables, by path in the run folder.
        notes: what could not be made or drawn, one sentence each; they are on the page too.
    """

    files: Mapping[str, bytes]
    notes: tuple[str, ...]


def report_of(judged: Judged) -> Report:
    """The page, the pictures and the tables.

    A picture that cannot be drawn is left out and named on the page: it shows a training, and must not cost it.
    """
    evidence = judged.evidence
    notes = [*judged.looks.left_out, *_numbered(evidence)]
    plots = _drawn(judged, notes)
    plots |= {each.name: each.plot for each in judged.looks.galleries if each.plot}
    mistakes = _mistakes(judged)
    content = Content(
        title=judged.title,
        origin=judged.origin,
        command=judged.command,
        evidence=evidence,
        plots=plots,
        mistakes=mistakes,
        galleries=judged.looks.galleries,
        notes=[*notes, *judged.diagnosis.left_out],
        diagnosis=judged.diagnosis,
    )
    files = {
        PAGE: page_html(content).encode(),
        "confusion_matrix.csv": confusion_csv(evidence.test.confusion_matrix, evidence.labels),
        "mistakes.csv": _mistakes_csv(judged),
        **{f"plots/{name}.png": data for name, data in plots.items()},
    }
    return Report(files, tuple(notes))


def _numbered(evidence: Evidence) -> list[str]:
    """Which numbers in the pictures are which classes, where no font here has the letters of their names."""
    numbers = undrawable(class_names(evidence.labels))
    if not numbers:
        return []
    named = "; ".join(f"class {number} is {evidence.names[number]}" for number in numbers)
    return [f"No font on this machine has the letters of some class names, so pictures number them: {named}."]


def _drawn(judged: Judged, notes: list[str]) -> dict[str, bytes]:
    drawn = {}
    for name, draw in _PLOTS.items():
        try:
            data = draw(judged)
        except Exception as error:  # whatever it is, the trained model is worth more
            notes.append(f"plots/{name}.png was left out: it failed with {type(error).__name__}: {error}")
            continue
        if data is not None:
            drawn[name] = data
    return drawn


def _confusion(judged: Judged) -> bytes:
    return confusion_heat_map(judged.evidence.test, judged.evidence.labels)


def _curves(judged: Judged) -> bytes | None:
    return learning_curves(judged.evidence.epochs, unripe=judged.evidence.unripe) if judged.evidence.epochs else None


def _reliability(judged: Judged) -> bytes:
    test, temperature = judged.test, judged.evidence.temperature
    mended = None if temperature.note else reliability(scaled(test.probabilities, temperature.value), test.classes)
    return reliability_diagram(judged.evidence.test_reliability, mended)


def _bars(judged: Judged) -> bytes:
    return class_bars(judged.evidence.test, judged.evidence.labels)


def _roc(judged: Judged) -> bytes | None:
    scores = judged.evidence.test
    return roc_curves(judged.test, scores, judged.evidence.labels) if has_curves(scores) else None


def _sheet(judged: Judged) -> bytes | None:
    names, test = drawable_names(class_names(judged.evidence.labels)), judged.test
    tiles = [
        Tile(
            judged.photos.at(place),
            (names[test.classes[place]], f"{test.confidence[place]:.0%} {names[test.predicted[place]]}"),
        )
        for place in test.confident_mistakes(_MISTAKES)
    ]
    return sheet(tiles, columns=_SHEET_COLUMNS) if tiles else None


_PLOTS: Mapping[str, Callable[[Judged], bytes | None]] = {
    "confusion_matrix": _confusion,
    "history": _curves,
    "reliability": _reliability,
    "classes": _bars,
    "roc": _roc,
    "mistakes": _sheet,
}


def _mistakes(judged: Judged) -> Sequence[Mistake]:
    names, test = judged.evidence.names, judged.test
    return [
        Mistake(
            exhibit=Exhibit(judged.photos.at(place)),
            true=names[test.classes[place]],
            predicted=names[test.predicted[place]],
            probability=float(test.confidence[place]),
            file=Path(judged.photos.paths[place]).name,
        )
        for place in test.confident_mistakes(_MISTAKES)
    ]


def _mistakes_csv(judged: Judged) -> bytes:
    names, test, text = class_names(judged.evidence.labels), judged.test, io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "true", "predicted", "probability", "probability_of_true"])
    for place in test.confident_mistakes(len(test.classes)):
        true = test.classes[place]
        said = (names[true], names[test.predicted[place]])
        sure = (test.confidence[place], test.probabilities[place, true])
        writer.writerow([judged.photos.paths[place], *said, *(f"{value:.4f}" for value in sure)])
    return text.getvalue().encode()
