"""What the findings mean, in words: whether the loss matters, where it sits, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edgewright_runtime.suggestion import named

from .error_shares import ErrorShares
from .findings import Findings
from .label_changes import LabelChanges
from .suggestions import Suggestion, evaluate_command, suggestions_of
from .wording import counted, percent

_STANDS_OUT = 0.25
"""Share of the error from which on one layer stands out; on corrected models the worst has 5 to 16 %."""

_A_FEW = 3
_RULES = 0.6  # share of the error that is "most of" it


@dataclass(frozen=True)
class Advice:
    """What to tell the user.

    Attributes:
        summary: a paragraph.
        labels: the figures that it rests on.
        shares: likewise.
        suggestions: what to try, the first to try first; may be empty.
        next_command: what to type next.
    """

    summary: str
    labels: LabelChanges
    shares: ErrorShares
    suggestions: tuple[Suggestion, ...]
    next_command: str

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "summary": self.summary,
            "fidelity": asdict(self.labels),
            "error_shares": asdict(self.shares),
            "suggestions": [asdict(each) for each in self.suggestions],
            "next_command": self.next_command,
        }


def advice_of(found: Findings) -> Advice:
    """The advice that these findings lead to; the same findings give the same words."""
    suggestions = suggestions_of(found)
    sentences = [
        _on_labels(found),
        _on_accuracy(found.labels),
        _on_ties(found.labels),
        _on_place(found),
        _on_float_layers(found),
        _on_what_to_do(found, suggestions),
    ]
    commands = [each.command for each in suggestions if each.command]
    return Advice(
        " ".join(sentence for sentence in sentences if sentence),
        found.labels,
        found.shares,
        suggestions,
        commands[0] if commands else evaluate_command(found),
    )


def _on_labels(found: Findings) -> str:
    labels, fidelity = found.labels, found.labels.fidelity
    where = f"On {counted(fidelity.images, 'held-out image')}"
    if not labels.held_out:
        where = f"On the {counted(fidelity.images, 'image')} that its ranges come from (the run holds no others)"
    kept = f"on {fidelity.images - labels.changed} ({percent(fidelity.agreement)})" if labels.changed else "on all"
    return (
        f"{where} the {found.effort} INT8 file names the float model's label {kept}; on further images like these "
        f"about {percent(fidelity.expected)} are to be expected."
    )


def _on_accuracy(labels: LabelChanges) -> str:
    """Accuracy differs by no more than labels do: one that is the float model's is as right or wrong as that."""
    if labels.matters:
        return "Accuracy can fall by as much as labels change, so this loss is worth mending."
    return "Accuracy can fall by no more than labels change, so this loss is small."


def _on_ties(labels: LabelChanges) -> str:
    if labels.lead_where_changed is None:
        return ""
    where = "that image" if labels.changed == 1 else f"those {labels.changed} images"
    leads = (
        f"the float model itself prefers its label by only {labels.lead_where_changed:.2f} in probability"
        if labels.near_ties
        else f"the float model prefers its label by {labels.lead_where_changed:.2f} in probability"
    )
    kind = "Near ties are what changed: on" if labels.near_ties else "It is not a matter of near ties alone: on"
    return f"{kind} {where} {leads}, on a usual image by {labels.lead:.2f}."


def _on_place(found: Findings) -> str:
    """Where the error comes from: weights or activations, and which layers."""
    parts = [part for part in (_on_kind(found.shares), _on_layers(found)) if part]
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _on_kind(shares: ErrorShares) -> str:
    weights = shares.weights
    if weights is None:
        return ""
    if weights >= _RULES:
        return f"most of the error ({weights:.0%}) comes from rounding weights"
    if weights <= 1 - _RULES:
        return f"most of the error ({1 - weights:.0%}) comes from rounding activations, the values that layers hand on"
    return "rounding weights and rounding activations, the values that layers hand on, share the error about equally"


def _on_layers(found: Findings) -> str:
    shares = found.shares
    if shares.worst is None:
        return _why_no_layer(found)
    layer, share = shares.worst
    half = shares.layers_of(0.5)
    if share >= _STANDS_OUT:
        return f"among the activations one stands out: that of {layer} causes {share:.0%} of what they cost"
    if len(half) <= _A_FEW:
        together = sum(shares.by_layer[each] for each in half)
        return f"among the activations a few stand out: {named(half)} cause {together:.0%} of what they cost"
    return (
        f"no layer stands out among the activations: the worst, {layer}, causes {share:.0%} of what they cost, and it "
        f"takes {len(half)} of {len(shares.by_layer)} layers to make half of that"
    )


def _why_no_layer(found: Findings) -> str:
    if found.why_not_corrected:
        return "which layers cause it cannot be measured, for the model cannot be taken apart; the table shows it grow"
    return ""


def _on_float_layers(found: Findings) -> str:
    tried = found.float_layers
    if tried is None or tried.layers or not tried.in_vain:
        return ""
    return f"Leaving layers in float was tried, and brought nothing ({named(tried.in_vain)})."


def _on_what_to_do(found: Findings, suggestions: tuple[Suggestion, ...]) -> str:
    if not suggestions:
        if found.labels.matters:
            return "No remedy known here would bring the file nearer."
        return "Nothing to do: what is left is not worth the price of any remedy."
    first = suggestions[0]
    return f"To try first: {first.advice}. Expected gain: {first.expected_gain}. Cost: {first.cost}."
