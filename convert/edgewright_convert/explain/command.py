"""`edgewright explain`: in which layers does a plain INT8 conversion lose accuracy?"""

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
_NEEDED = (("ai_edge_litert", "ai-edge-litert"), ("matplotlib", "matplotlib"))


def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)],
    images: Annotated[int, typer.Option(min=1, help="Training images to measure on.")] = 32,
    rows: Annotated[int, typer.Option(min=1, help="How many of the worst layers to print.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print every layer, in the order of the network.")] = False,
) -> None:
    """Rank a model's layers by what a plain INT8 conversion loses in them, on real images; also as JSON and a picture.

    Example: edgewright explain runs/digits --rows 10
    """
    from edgewright_runtime.optional_imports import import_optional
    from edgewright_runtime.run_folder import open_run
    from edgewright_runtime.strict_json import write_object

    folder = open_run(run)
    for module, package in _NEEDED:
        import_optional(module, package=package, extra="convert", purpose=_PURPOSE)
    found = _measured(folder, images)
    listed = [asdict(row) for row in found]
    target = folder.path / "explain"
    write_object(target / "int8_layers.json", {"schema_version": 1, "layers": listed})
    _write_picture(
        found, target / "int8_layers.png", title=f"{folder.path.name}: plain INT8 conversion against float32"
    )
    if as_json:
        print(json.dumps(listed, indent=2))
        return
    _print_worst(found, rows)
    print(f"All {len(found)} layers: {target / 'int8_layers.json'}, {target / 'int8_layers.png'}")


def _measured(folder: RunFolder, images: int) -> tuple[LayerError, ...]:
    from edgewright_runtime.library_noise import captured
    from edgewright_runtime.progress import progress

    from ..options import ConvertOptions
    from ..sources import Sources

    sources = Sources(folder, ConvertOptions())
    pixels = sources.representative.pixels[:images]
    with captured():
        from ..tflite import tflite_fp32_from_model, tflite_int8_from_model
        from .layers import layer_errors

        # Both plain: a corrected file has its channels scaled differently between the layers, on purpose.
        float_file = tflite_fp32_from_model(sources.float_model)
        int8_file = tflite_int8_from_model(sources.float_model, sources.representative.pixels)
    with progress("Comparing layers", len(pixels)) as advance, captured():
        return layer_errors(float_file, int8_file, pixels, advance=advance)


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
