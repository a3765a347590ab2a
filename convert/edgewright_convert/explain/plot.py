"""The layers' errors as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl

mpl.use("Agg")
from matplotlib.figure import Figure

from .layers import LayerError

_INCHES_PER_LAYER = 0.17


def plot_png(rows: Sequence[LayerError], *, title: str) -> bytes:
    """A PNG with one bar per layer, first layer on top: its SQNR in dB, and how much of it the layer itself lost."""
    height = max(3.0, 1.4 + _INCHES_PER_LAYER * len(rows))
    figure = Figure(figsize=(10, height), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    places = range(len(rows))
    axes[0].barh(places, [row.sqnr_db for row in rows], color="tab:blue")
    axes[0].set_xlabel("SQNR of the layer's output, dB (higher is better)")
    lost = [row.lost_db for row in rows]
    axes[1].barh(places, lost, color=["tab:red" if value > 0 else "tab:green" for value in lost])
    axes[1].set_xlabel("lost in the layer itself, dB")
    axes[0].set_yticks(places, [row.layer for row in rows], fontsize=7)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    for each in axes:
        each.grid(axis="x", alpha=0.3)
    figure.suptitle(title)
    data = io.BytesIO()
    figure.savefig(data, dpi=110, metadata={"Software": None})
    return data.getvalue()
