"""What `edgewright train` prints when it is done: tables, verdicts, and the files to look at."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.run.run_folder import RunFolder

if TYPE_CHECKING:
    from .comparison import Row
    from .folds import FoldScores
    from .network.sparsity import Sparsity
    from .results import Trained
    from .sweep import Swept


def print_object(values: Any) -> None:
    """The values as JSON."""
    print(json.dumps(values, indent=2, ensure_ascii=False))


def print_trained(trained: Trained, out: Path, *, as_json: bool) -> None:
    """How good the model is, where it lies, and what to type next."""
    if as_json:
        print_object(trained.metrics())
        return
    test = trained.scores["test"]
    width = max(len("class"), *(len(name) for name in test.per_class))
    print(f"\n{'class':<{width}}  precision  recall      f1  images")
    for name, scores in test.per_class.items():
        numbers = "  ".join(
            f"{'-' if value is None else f'{value:.3f}':>{room}}"
            for value, room in ((scores.precision, 9), (scores.recall, 6), (scores.f1, 6))
        )
        print(f"{name:<{width}}  {numbers}  {scores.support:>6}")
    print(f"\nTest accuracy {test.accuracy:.4f} on {test.n} images (validation {trained.scores['val'].accuracy:.4f}).")
    if trained.sparsity is not None:
        _print_sparsity(trained.sparsity)
    print(f"Run folder: {out}")
    print(f"Next: edgewright convert {shlex.quote(str(out))} --to tflite-int8")
    page = RunFolder(out).report
    if page.name in trained.files:
        print(f"How good it is, and where it errs: {page}")


def _print_sparsity(sparsity: Sparsity) -> None:
    width = max(len(kind.name) for kind in sparsity.kinds)
    print(f"\n{'pruned':<{width}}   weights  zero")
    for kind in sparsity.kinds:
        print(f"{kind.name:<{width}}  {kind.weights:>8,}  {kind.zeros / kind.weights:>4.0%}")
    saved = 1 - sparsity.gzip_bytes / sparsity.dense_gzip_bytes
    print(
        f"All weights in float32 after gzip: {sparsity.gzip_bytes / 1e6:.2f} MB, {sparsity.dense_gzip_bytes / 1e6:.2f} "
        f"MB if they were dense ({saved:.0%} less). Files on the disk and latency stay as they are.\n"
    )


def print_folds(found: Sequence[FoldScores], out: Path, *, as_json: bool) -> None:
    """The folds, and what they say together."""
    from .folds import summary

    figures = {name: summary([getattr(row, f"{name}_accuracy") for row in found]) for name in ("val", "test")}
    if as_json:
        print_object({"folds": list(map(asdict, found)), **{name: asdict(each) for name, each in figures.items()}})
        return
    print("\nfold  images  held-out accuracy  test accuracy")
    for row in found:
        print(f"{row.fold:>4}  {row.val:>6}  {row.val_accuracy:>17.4f}  {row.test_accuracy:>13.4f}")
    for name, figure in zip(("Held-out", "Test"), figures.values(), strict=True):
        print(
            f"{name} accuracy {figure.mean:.4f}, deviation {figure.deviation:.4f}, 95 % interval of the mean "
            f"{figure.low:.4f} to {figure.high:.4f}."
        )
    print(f"Table: {out / 'folds.csv'}")


def print_comparison(rows: Sequence[Row], out: Path, *, as_json: bool) -> None:
    """The backbones, and which to ship."""
    from .comparison import print_rows

    if as_json:
        print_object(list(map(asdict, rows)))
        return
    print_rows(rows)
    print(f"Table: {out / 'comparison.csv'}, plot: {out / 'comparison.png'}")


def print_sweep(swept: Swept, out: Path, *, as_json: bool) -> None:
    """The combinations, and the smallest that is accurate enough."""
    from .sweep import print_swept

    if as_json:
        print_object(swept.as_object())
        return
    print_swept(swept)
    print(f"Table: {out / 'sweep.csv'}" + (f", plot: {out / 'sweep.png'}" if swept.chosen else ""))
