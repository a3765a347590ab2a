"""The layers' errors as a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib.figure import Figure

from .layers import LayerError

_INCHES_PER_LAYER = 0.17
_HIGHEST_DB = 60.0
"""Eight bits seldom reach more; the same scale in every picture lets conversions be compared."""


def plot_png(rows: Sequence[LayerError], *, title: str, shares: Mapping[str, float] = MappingProxyType({})) -> bytes:
    """A PNG with one bar per layer, first layer on top: its SQNR in dB, and what the layer itself costs.

    Where they are known, markers show the SQNR with only the weights, and with only the activations, quantized.

    Args:
        rows: every layer.
        title: above the bars.
        shares: of the activations' error at the outputs, 0 to 1, by layer; where there are none, what each layer loses
            in dB is shown instead.
    """
    height = max(3.0, 1.6 + _INCHES_PER_LAYER * len(rows))
    figure = Figure(figsize=(10, height), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    places = range(len(rows))
    _draw_sqnr(axes[0], rows)
    if shares:
        axes[1].barh(places, [100 * shares.get(row.layer, 0.0) for row in rows], color="tab:red")
        axes[1].set_xlabel("share of what rounding activations costs, %")
    else:
        lost = [row.lost_db for row in rows]
        axes[1].barh(places, lost, color=["tab:red" if value > 0 else "tab:green" for value in lost])
        axes[1].set_xlabel("lost in the layer itself, dB")
    axes[0].set_yticks(places, [row.layer for row in rows], fontsize=7)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    for each in axes:
        each.set_axisbelow(True)
        each.grid(axis="x", alpha=0.3)
    if any(row.weights_db is not None for row in rows):
        figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    figure.suptitle(title)
    data = io.BytesIO()
    figure.savefig(data, dpi=110, metadata={"Software": None})
    return data.getvalue()


def _draw_sqnr(axes: Any, rows: Sequence[LayerError]) -> None:
    places = range(len(rows))
    values = [row.sqnr_db for row in rows]
    axes.barh(places, values, color="tab:blue", label="all quantized")
    parts = (
        ("only activations", "o", "tab:orange", [row.activations_db for row in rows]),
        ("only weights", "d", "black", [row.weights_db for row in rows]),
    )
    for label, marker, colour, ratios in parts:
        known = [(place, ratio) for place, ratio in zip(places, ratios, strict=True) if ratio is not None]
        if known:
            axes.scatter([r for _, r in known], [p for p, _ in known], s=9, c=colour, marker=marker, label=label)
    axes.set_xlim(min(0.0, *values), _HIGHEST_DB)
    axes.set_xlabel(f"SQNR of the output, dB (higher is better; {_HIGHEST_DB:.0f} and more: full)")
