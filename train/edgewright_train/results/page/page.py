"""The page: first what is to be known, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ...diagnosis import NOTHING_FOUND, Diagnosis
from ..findings import Evidence, accuracy_sentence, calibration_sentence, next_steps, percent
from ..inside.gallery import Exhibit, Gallery
from ..scores import Scores
from .document import document
from .markup import plot, tiles
from .tables import class_table, figures_table, pair_table

_IN_SUMMARY = 3  # confused pairs
_PLAIN_UP_TO = 12  # classes in a confusion matrix that a phone can show whole

_MISTAKES_TOLD = (
    'Label of the file, <span class="said">what the model says and how surely</span>. A wrong label is often among the '
    "first. mistakes.csv names all files."
)
_RELIABILITY_TOLD = (
    "On the line, the model is as often right as it says. Below it promises too much, above too little. Large dots are "
    "many images."
)
_ROC_TOLD = "Each class against all others: how many of its images are found (up) for how many false alarms (right)."


@dataclass(frozen=True)
class Mistake:
    """A test image with a wrong answer, as the page shows it."""

    exhibit: Exhibit
    true: str
    predicted: str
    probability: float
    file: str


@dataclass(frozen=True)
class Content:
    """All that the page shows.

    Attributes:
        title: of the page.
        origin: one line on how the model was trained.
        command: what to type next.
        evidence: the figures.
        plots: PNGs by name; what is missing is not shown.
        mistakes: the surest ones.
        galleries: looks inside.
        notes: what could not be made or drawn, one sentence each.
        diagnosis: what is wrong with the training.
    """

    title: str
    origin: str
    command: str
    evidence: Evidence
    plots: Mapping[str, bytes]
    mistakes: Sequence[Mistake]
    galleries: Sequence[Gallery]
    notes: Sequence[str]
    diagnosis: Diagnosis = NOTHING_FOUND


def page_html(content: Content) -> str:
    """The page as HTML; whatever comes from a model, a path or the user is escaped, and nothing is loaded."""
    sections = [section for section in _sections(content) if section[2]]
    return document(content.title, origin=content.origin, summary=_summary(content), sections=sections)


def _summary(content: Content) -> str:
    evidence = content.evidence
    return f"""<section class="card summary">
<p class="lead">{escape(accuracy_sentence(evidence.test))}</p>
<p><b>Confuses:</b> {_confusions(evidence)}</p>
<p><b>Calibration:</b> {escape(calibration_sentence(evidence))}</p>
<p><b>Next:</b> {escape(next_steps(evidence)[0])}<code class="command">{escape(content.command)}</code></p>
</section>
{_figures(evidence.test)}"""


def _confusions(evidence: Evidence) -> str:
    names, per_class = evidence.names, tuple(evidence.test.per_class.values())
    said = [
        f"{escape(names[pair.true])} taken for {escape(names[pair.predicted])} ({pair.count} of "
        f"{per_class[pair.true].support})"
        for pair in evidence.pairs[:_IN_SUMMARY]
    ]
    return "; ".join(said) + "." if said else "nothing: every test image is right."


def _figures(test: Scores) -> str:
    low, high = test.accuracy_interval
    cards = [(percent(test.accuracy), f"test accuracy ({percent(low)} to {percent(high)})")]
    cards.append((f"{test.macro_avg.f1:.3f}", "macro F1: every class counts the same"))
    cards += [(percent(share), f"has the truth in its top {k}") for k, share in list(test.top_k_accuracy.items())[-1:]]
    cards += [] if test.roc_auc_ovr is None else [(f"{test.roc_auc_ovr:.3f}", "ROC-AUC, one against the rest")]
    after = test.after_temperature
    mended = "" if after is None else f" ({after.ece:.3f} with temperature)"
    cards.append((f"{test.ece:.3f}", f"calibration error (ECE){mended}"))
    items = (f'<div class="card"><b>{figure}</b><span class="soft">{what}</span></div>' for figure, what in cards)
    return f'<div class="figures">{"".join(items)}</div>'


def _sections(content: Content) -> list[tuple[str, str, str]]:
    evidence = content.evidence
    matrix = _plot(content, "confusion_matrix", "confusion matrix", large=len(evidence.labels) > _PLAIN_UP_TO)
    return [
        ("doctor", "What the doctor says", _doctor(content.diagnosis)),
        ("classes", "Classes, the worst first", class_table(evidence)),
        ("confused", "Confused most", pair_table(evidence)),
        ("matrix", "Confusion matrix", matrix),
        ("mistakes", "Most confident mistakes", _mistakes(content.mistakes)),
        ("calibration", "How sure, how right", _calibration(content)),
        ("more", "What else would help", "".join(f"<p>{escape(step)}</p>" for step in next_steps(evidence)[1:])),
        ("curves", "Learning curves", _plot(content, "history", "loss and accuracy by epoch")),
        ("inside", "A look inside", "\n".join(_gallery(gallery) for gallery in content.galleries)),
        ("figures", "All figures", figures_table(evidence.scores)),
        ("notes", "Notes", "".join(f'<p class="soft">{escape(note)}</p>' for note in content.notes)),
    ]


def _doctor(diagnosis: Diagnosis) -> str:
    """A card for each finding, the errors first."""
    return "".join(
        f'<div class="card"><p><b>{escape(each.what)}</b> <span class="soft">{escape(each.severity)}, '
        f"{escape(each.code)}</span></p><p>{escape(each.evidence)}</p><p>{escape(each.remedy)}</p></div>"
        for each in diagnosis.findings
    )


def _plot(content: Content, name: str, alternative: str, *, large: bool = False, caption: str = "") -> str:
    data = content.plots.get(name)
    return "" if data is None else plot(data, alternative, large=large, caption=caption)


def _mistakes(mistakes: Sequence[Mistake]) -> str:
    if not mistakes:
        return ""
    captions = [
        f'{escape(each.true)}<br><span class="said">{escape(each.predicted)} {each.probability:.0%}</span><br>'
        f'<span class="soft">{escape(each.file)}</span>'
        for each in mistakes
    ]
    return f'<p class="soft small">{_MISTAKES_TOLD}</p>' + tiles([each.exhibit for each in mistakes], captions)


def _calibration(content: Content) -> str:
    drawn = [
        _plot(content, "reliability", "accuracy against confidence", caption=_RELIABILITY_TOLD),
        _plot(content, "roc", "ROC curves", caption=_ROC_TOLD),
    ]
    shown = "".join(each for each in drawn if each)
    note = content.evidence.temperature.note
    told = f'<p class="soft small">No temperature was learned: {escape(note)}.</p>' if note else ""
    return f'<div class="two">{shown}</div>{told}' if shown else told


def _gallery(gallery: Gallery) -> str:
    rows = "".join(
        (f"<h4>{escape(row.heading)}</h4>" if row.heading else "") + tiles(row.exhibits) for row in gallery.rows
    )
    drawn = plot(gallery.plot, gallery.title) if gallery.plot else ""
    return f'<h3>{escape(gallery.title)}</h3>\n<p class="soft small">{escape(gallery.meaning)}</p>\n{rows}{drawn}'
