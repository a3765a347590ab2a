"""`edgewright explain`: in which layers does an INT8 conversion lose accuracy?"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.command_line import Command, path, whole_number
from edgewright_runtime.errors import EXIT_DONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edgewright_runtime.run.run_folder import RunFolder

    from ..run_inputs import RunInputs
    from .conversions import Conversion
    from .efforts import Chosen
    from .layers import LayerError

_PURPOSE = "edgewright explain"
_NEEDED = (("ai_edge_litert", "ai-edge-litert"), ("matplotlib", "matplotlib"))


@dataclass(frozen=True)
class _Explanation:
    """The rows, and of what they are."""

    effort: str
    notes: tuple[str, ...]
    layers: tuple[LayerError, ...]

    def as_dict(self) -> dict[str, Any]:
        rows = [asdict(row) for row in self.layers]
        return {"schema_version": 1, "effort": self.effort, "notes": list(self.notes), "layers": rows}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `explain` takes."""
    parser.add_argument("run", metavar="RUN", type=path, help="Run folder.")
    parser.add_argument(
        "--int8-effort",
        metavar="EFFORT",
        help="The conversion to explain: baseline, fast, balanced or best. If not given, the one of the run's INT8 "
        ".tflite file, or baseline where there is none. It is made anew, which may take minutes.",
    )
    parser.add_argument(
        "--images", metavar="N", type=whole_number(low=1), default=32, help="Training images to measure on."
    )
    parser.add_argument(
        "--rows", metavar="N", type=whole_number(low=1), default=15, help="How many of the worst layers to print."
    )
    parser.add_argument("--json", action="store_true", help="Print every layer, in the order of the network.")


def run(arguments: argparse.Namespace) -> int:
    """Measures the layers, writes JSON and a picture, and prints the worst."""
    from edgewright_runtime.optional_imports import import_optional
    from edgewright_runtime.run.run_folder import open_run
    from edgewright_runtime.strict_json import write_object

    from .efforts import chosen

    folder = open_run(arguments.run)
    for module, package in _NEEDED:
        import_optional(module, package=package, extra="convert", purpose=_PURPOSE)
    found = _explanation(folder, chosen(folder, arguments.int8_effort), arguments.images)
    target = folder.path / "explain"
    write_object(target / "int8_layers.json", found.as_dict())
    _write_picture(found, target / "int8_layers.png", run_name=folder.path.name)
    if arguments.json:
        print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
        return EXIT_DONE
    _print_worst(found, arguments.rows)
    for note in found.notes:
        print(f"Note: {note}")
    print(f"All {len(found.layers)} layers: {target / 'int8_layers.json'}, {target / 'int8_layers.png'}")
    return EXIT_DONE


COMMAND = Command(
    summary="Rank a model's layers by what its INT8 conversion loses in them; as a table, JSON and a picture.",
    example="edgewright explain runs/digits --rows 10",
    add_arguments=add_arguments,
    run=run,
)


def _explanation(folder: RunFolder, choice: Chosen, images: int) -> _Explanation:
    from edgewright_runtime.console import progress, status
    from edgewright_runtime.library_noise import captured

    from ..run_inputs import RunInputs, opened_run

    with status() as line, captured():
        given = {"run": opened_run(folder), "options": choice.options, "on_progress": line.detail}
        made, pixels = _conversion(RunInputs(given, on_start=line.start), choice, line.start)
    with progress("Comparing layers", min(images, len(pixels))) as advance, captured():
        from .layers import layer_errors

        layers = layer_errors(
            made.float_file, made.int8_file, pixels[:images], grid_file=made.grid_file, advance=advance
        )
    return _Explanation(made.effort, (*choice.notes, *made.notes), layers)


def _conversion(
    inputs: RunInputs, choice: Chosen, on_start: Callable[[str], None]
) -> tuple[Conversion, NDArray[np.uint8]]:
    """The chosen conversion, and the representative dataset's pixels."""
    from ..options import BASELINE

    names = ["float_model", "representative_dataset", *([] if choice.effort == BASELINE else ["correction"])]
    inputs.make(names)
    values = inputs.values(names)
    on_start("Writing .tflite files")
    from .conversions import baseline_conversion, corrected_conversion

    model, pixels = values["float_model"], values["representative_dataset"].pixels
    if choice.effort == BASELINE:
        return baseline_conversion(model, pixels), pixels
    return corrected_conversion(values["correction"], choice.options.int8_effort, model, pixels), pixels


def _write_picture(found: _Explanation, path: Path, *, run_name: str) -> None:
    from edgewright_runtime import atomic

    from .plot import plot_png

    title = f"{run_name}: {found.effort} INT8 conversion against float32"
    atomic.write_bytes(path, plot_png(found.layers, title=title))


def _print_worst(found: _Explanation, rows: int) -> None:
    from edgewright_runtime.console import Column, print_table

    apart = any(row.weights_db is not None for row in found.layers)
    headings = ["lost here dB", "SQNR dB", *(["weights dB", "activations dB"] if apart else [])]
    headings += ["RMSE / scale", "range used", "saturated"]
    print_table(
        f"Layers that lose most in the {found.effort} INT8 conversion, of {len(found.layers)}",
        [Column("layer"), Column("operator"), *(Column(heading, numeric=True) for heading in headings)],
        [_cells(row) for row in _worst(found.layers)[:rows]],
    )


def _worst(layers: Sequence[LayerError]) -> list[LayerError]:
    return sorted(layers, key=lambda row: -row.lost_db)


def _cells(row: LayerError) -> tuple[str, ...]:
    apart = [f"{part:.1f}" for part in (row.weights_db, row.activations_db) if part is not None]
    return (
        row.layer,
        row.operator,
        f"{row.lost_db:.1f}",
        f"{row.sqnr_db:.1f}",
        *apart,
        f"{row.rmse_over_scale:.2f}",
        f"{row.range_utilisation:.0%}",
        f"{row.saturation:.2%}",
    )
