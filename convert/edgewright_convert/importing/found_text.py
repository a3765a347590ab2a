"""What a search for the contract came to, as a table and as JSON."""

from __future__ import annotations

from typing import Any

from edgewright_runtime.console import Column, print_table

from .contract_search import Found, Score
from .contract_search.verdict import described

_SHOWN = 8


def print_found(found: Found) -> None:
    """Prints the best of what was tried, and how sure that is."""
    columns = [Column("contract"), Column("resize"), Column("photographs", numeric=True)]
    if found.best.right is None:
        columns.append(Column("bits an answer tells", numeric=True))
    else:
        columns += [
            Column("right (95 % interval)", numeric=True),
            Column("likelihood, bits", numeric=True),
        ]
    rows = [
        (described(score.candidate), _resize(score), str(score.images), *_figures(score))
        for score in found.scores[:_SHOWN]
    ]
    left = len(found.scores) - _SHOWN
    print_table(f"Contracts tried, the best first{f' ({left} more did worse)' if left > 0 else ''}", columns, rows)
    word = "Sure" if found.sure else "Not sure"
    why = "no other range of values, channel order or label offset comes near" if found.sure else "see the notes"
    print(f"{word} of {described(found.best.candidate)}: {why}.")


def tried_as_json(found: Found) -> list[dict[str, Any]]:
    """One object for each contract that was tried, the best first."""
    return [_as_json(score) for score in found.scores]


def _as_json(score: Score) -> dict[str, Any]:
    candidate, interval = score.candidate, score.interval
    return {
        "normalisation": candidate.values.normalisation.name,
        "channel_order": candidate.values.channel_order,
        "resize": candidate.geometry.resize_method,
        "crop_fraction": candidate.geometry.crop_fraction,
        "interpolation": candidate.geometry.interpolation,
        "label_offset": candidate.label_offset,
        "images": score.images,
        "accuracy": score.accuracy,
        "interval": None if interval is None else list(interval),
        "log_likelihood_bits": score.mean_log_likelihood,
        "information_bits": score.information,
    }


def _resize(score: Score) -> str:
    geometry = score.candidate.geometry
    share = "" if geometry.crop_fraction == 1 else f" {geometry.crop_fraction:g}"
    return f"{geometry.resize_method}{share}, {geometry.interpolation}"


def _figures(score: Score) -> tuple[str, ...]:
    if score.interval is None:
        return (f"{score.information:.2f}",)
    low, high = score.interval
    return f"{score.accuracy:.1%} ({low:.1%} to {high:.1%})", f"{score.mean_log_likelihood or 0:.2f}"
