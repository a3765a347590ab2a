"""The page's tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from ..findings import Evidence
from ..scores import ClassScores, Scores
from .markup import bar, table

_SHOWN = 25  # classes; the rest is a tap away


def class_table(evidence: Evidence) -> str:
    """Each class with its recall and the interval of it, the worst first; classes without test images last."""
    rows = list(zip(evidence.names, evidence.test.per_class.values(), evidence.train_images, strict=True))
    rows.sort(key=lambda row: (row[1].recall is None, row[1].recall or 0.0, row[1].precision or 0.0))
    cells = [_class_cells(*row) for row in rows]
    headings = ("class", "recall, 95 % interval", "precision", "F1", "ROC-AUC", "AP", "test", "train")
    shown = table(headings, cells[:_SHOWN])
    if len(cells) <= _SHOWN:
        return shown
    return f"{shown}<details><summary>{len(cells) - _SHOWN} more</summary>{table(headings, cells[_SHOWN:])}</details>"


def pair_table(evidence: Evidence) -> str:
    """The classes that are taken for one another most."""
    rows = [
        (
            escape(evidence.names[pair.true]),
            escape(evidence.names[pair.predicted]),
            str(pair.count),
            f"{bar(pair.share, kind='two-tone')}{pair.share:.0%}",
        )
        for pair in evidence.pairs
    ]
    return table(("true class", "taken for", "images", "share"), rows, names=2) if rows else ""


def figures_table(scores: Mapping[str, Scores]) -> str:
    """Every average, of the test split and of the one that steered the training."""
    splits = [split for split in ("test", "val") if split in scores]
    rows = [(name, *(_number(figure(scores[split])) for split in splits)) for name, figure in _FIGURES]
    ks = dict.fromkeys(k for split in splits for k in scores[split].top_k_accuracy)
    rows += [(f"top-{k} accuracy", *(_number(scores[split].top_k_accuracy.get(k)) for split in splits)) for k in ks]
    counts = ("images", *(str(scores[split].n) for split in splits))
    told = "The validation split chose the best epoch and the temperature, so its figures flatter."
    return (
        table(("", *(_SPLIT_NAMES[split] for split in splits)), [counts, *rows]) + f'<p class="soft small">{told}</p>'
    )


def _class_cells(name: str, scores: ClassScores, train: int) -> tuple[str, ...]:
    recall = "-"
    if scores.recall is not None and scores.recall_interval is not None:
        low, high = scores.recall_interval
        recall = f"{bar(scores.recall, scores.recall_interval)}{scores.recall:.0%} ({low:.0%} to {high:.0%})"
    numbers = (scores.precision, scores.f1, scores.roc_auc, scores.average_precision)
    return (escape(name), recall, *map(_number, numbers), str(scores.support), str(train))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _mended(scores: Scores, name: str) -> float | None:
    return None if scores.after_temperature is None else float(getattr(scores.after_temperature, name))


_SPLIT_NAMES = {"test": "test", "val": "validation"}

_FIGURES: tuple[tuple[str, Callable[[Scores], float | None]], ...] = (
    ("accuracy", lambda scores: scores.accuracy),
    ("its interval, from", lambda scores: scores.accuracy_interval[0]),
    ("to", lambda scores: scores.accuracy_interval[1]),
    ("macro precision", lambda scores: scores.macro_avg.precision),
    ("macro recall (balanced accuracy)", lambda scores: scores.macro_avg.recall),
    ("macro F1", lambda scores: scores.macro_avg.f1),
    ("weighted precision", lambda scores: scores.weighted_avg.precision),
    ("weighted F1", lambda scores: scores.weighted_avg.f1),
    ("ROC-AUC, one against the rest, macro", lambda scores: scores.roc_auc_ovr),
    ("average precision, macro", lambda scores: scores.average_precision),
    ("log loss", lambda scores: scores.loss),
    ("log loss with temperature", lambda scores: _mended(scores, "log_loss")),
    ("Brier score, 0 to 2", lambda scores: scores.before_temperature.brier_score),
    ("Brier score with temperature", lambda scores: _mended(scores, "brier_score")),
    ("ECE, 15 bins", lambda scores: scores.before_temperature.ece),
    ("ECE with temperature", lambda scores: _mended(scores, "ece")),
)
