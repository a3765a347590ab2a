"""`edgewright explain`: in which layers does INT8 lose accuracy?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewright_runtime.run_folder import RunFolder

    from .layers import LayerError

_PURPOSE = "edgewright explain"


def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)],
    images: Annotated[int, typer.Option(min=1, help="Training images to measure on.")] = 32,
    rows: Annotated[int, typer.Option(min=1, help="How many of the worst layers to print.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print every layer, in the order of the network.")] = False,
) -> None:
    """Rank an INT8 model's layers by what they lose against float, on real images; also as JSON and a picture.

    Example: edgewright explain runs/digits --rows 10
    """
    from edgewright_runtime.optional_imports import import_optional
    from edgewright_runtime.run_folder import open_run
    from edgewright_runtime.strict_json import write_object

    folder = open_run(run)
    import_optional("ai_edge_litert", package="ai-edge-litert", extra="convert", purpose=_PURPOSE)
    import_optional("matplotlib", package="matplotlib", extra="convert", purpose=_PURPOSE)
    found = _measured(folder, images)
    listed = [asdict(row) for row in found]
    target = folder.path / "explain"
    write_object(target / "int8_layers.json", {"schema_version": 1, "format": "tflite-int8", "layers": listed})
    _write_picture(found, target / "int8_layers.png", title=f"{folder.path.name}: tflite-int8 against tflite-fp32")
    if as_json:
        print(json.dumps(listed, indent=2))
        return
    _print_worst(found, rows)
    print(f"All {len(found)} layers: {target / 'int8_layers.json'}, {target / 'int8_layers.png'}")


def _measured(folder: RunFolder, images: int) -> tuple[LayerError, ...]:
    from edgewright_runtime import manifest
    from edgewright_runtime.errors import EdgewrightError
    from edgewright_runtime.labels import read_labels
    from edgewright_runtime.library_noise import captured
    from edgewright_runtime.pixel_cache import cached_pixels
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_runtime.progress import progress
    from edgewright_runtime.splits import read_splits, rows_of

    from ..representative import MINIMUM_SIZE, choose_rows
    from .layers import layer_errors

    files = [folder.file_of(name) for name in ("tflite-fp32", "tflite-int8")]
    for path in files:
        if not path.is_file():
            raise EdgewrightError(
                f"{folder.path} has no {path.name}; make both with: "
                f"edgewright convert {folder.path} --to tflite-fp32,tflite-int8"
            )
        manifest.verify(path)
    labels, contract = read_labels(folder.labels), Preprocessing.load(folder.preprocessing)
    training = rows_of(read_splits(folder.splits), "train")
    size = max(images, MINIMUM_SIZE)
    chosen = choose_rows(training, labels, size=size, seed=0, where=str(folder.splits))[:images]
    with (
        cached_pixels(chosen, contract, run_path=folder.path) as pixels,
        progress("Comparing layers", len(chosen)) as step,
        captured(),
    ):
        float_file, int8_file = (path.read_bytes() for path in files)
        return layer_errors(float_file, int8_file, pixels, advance=step)


def _write_picture(found: Sequence[LayerError], path: Path, *, title: str) -> None:
    from edgewright_runtime import atomic

    from .plot import plot_png

    atomic.write_bytes(path, plot_png(found, title=title))


def _print_worst(found: Sequence[LayerError], rows: int) -> None:
    from edgewright_runtime.commands.tables import Column, print_table

    headings = ["lost here dB", "SQNR dB", "RMSE / scale", "range used", "saturated", "scale"]
    worst = sorted(found, key=lambda row: -row.lost_db)[:rows]
    print_table(
        f"Layers that lose most, of {len(found)}",
        [Column("layer"), Column("operator"), *(Column(heading, numeric=True) for heading in headings)],
        [_cells(row) for row in worst],
    )


def _cells(row: LayerError) -> tuple[str, ...]:
    numbers: list[Any] = [
        f"{row.lost_db:.1f}",
        f"{row.sqnr_db:.1f}",
        f"{row.rmse_over_scale:.2f}",
        f"{row.range_utilisation:.0%}",
        f"{row.saturation:.2%}",
        f"{row.scale:.4g}",
    ]
    return row.layer, row.operator, *numbers
