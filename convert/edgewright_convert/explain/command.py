"""`edgewright explain`: in which layers does an INT8 conversion lose accuracy?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from edgewright_runtime.command_line import Command, path, whole_number
from edgewright_runtime.errors import EXIT_DONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgewright_runtime.run.run_folder import RunFolder

    from .advice import Advice
    from .efforts import Chosen
    from .explanation import Explanation
    from .layers import LayerError

_PURPOSE = "edgewright explain"
_NEEDED = (("ai_edge_litert", "ai-edge-litert"), ("matplotlib", "matplotlib"))


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
    """Measures the conversion, writes JSON, a picture and a page, and prints the advice and the worst layers."""
    from edgewright_runtime.optional_imports import import_optional
    from edgewright_runtime.run.run_folder import open_run

    from .efforts import chosen

    folder = open_run(arguments.run)
    for module, package in _NEEDED:
        import_optional(module, package=package, extra="convert", purpose=_PURPOSE)
    found = _explanation(folder, chosen(folder, arguments.int8_effort), arguments.images)
    page = _write(found, folder)
    if arguments.json:
        print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
        return EXIT_DONE
    _print_advice(found.advice)
    _print_worst(found, arguments.rows)
    for note in found.notes:
        print(f"Note: {note}")
    print(f"All {len(found.layers)} layers: {page.with_suffix('.json')}, {page.with_suffix('.png')}")
    print(f"To read in a browser: {page}")
    print(f"Next: {found.advice.next_command}")
    return EXIT_DONE


COMMAND = Command(
    summary="Say what an INT8 conversion does to the labels, where it loses and what to do; as text, a page and JSON.",
    example="edgewright explain runs/digits --rows 10",
    add_arguments=add_arguments,
    run=run,
)


def _explanation(folder: RunFolder, choice: Chosen, images: int) -> Explanation:
    from edgewright_runtime.console import status
    from edgewright_runtime.library_noise import captured

    with status() as line, captured():
        line.start("Loading TensorFlow")
        from .explanation import explanation_of

        return explanation_of(folder, choice, images, status=line)


def _write(found: Explanation, folder: RunFolder) -> Path:
    """Writes all figures, the picture and the page; the page's path."""
    from edgewright_runtime import atomic
    from edgewright_runtime.strict_json import write_object

    from .page import page_html
    from .plot import plot_png

    title = f"{folder.path.resolve().name}: {found.effort} INT8 conversion against float32"
    page = folder.path / "explain" / "int8_layers.html"
    picture = plot_png(found.layers, title=title, shares=found.advice.shares.by_layer)
    write_object(page.with_suffix(".json"), found.as_dict())
    atomic.write_bytes(page.with_suffix(".png"), picture)
    atomic.write_bytes(page, page_html(found.advice, found.layers, picture, title=title, notes=found.notes).encode())
    return page


def _print_advice(advice: Advice) -> None:
    """Prints the paragraph, and below it what else to try where there is more than one thing."""
    from edgewright_runtime.console import print_paragraph

    print_paragraph(advice.summary)
    further = advice.suggestions[1:]
    if further:
        print("\nShould that not be enough:")
    for each in further:
        print_paragraph(f"- {each.advice}. Expected gain: {each.expected_gain}. Cost: {each.cost}.", indent=2)
        if each.command:
            print(f"  {each.command}")
    print()


def _print_worst(found: Explanation, rows: int) -> None:
    from edgewright_runtime.console import Column, print_table

    shares = found.advice.shares.by_layer
    apart = any(row.weights_db is not None for row in found.layers)
    headings = [*(["share"] if shares else []), "lost here dB", "SQNR dB"]
    headings += [*(["weights dB", "activations dB"] if apart else []), "RMSE / scale", "range used", "saturated"]
    of_what = "; share: of what rounding activations costs" if shares else ""
    print_table(
        f"Layers that lose most in the {found.effort} INT8 conversion, of {len(found.layers)}{of_what}",
        [Column("layer"), Column("operator"), *(Column(heading, numeric=True) for heading in headings)],
        [_cells(row, shares) for row in _worst(found.layers, shares)[:rows]],
    )


def _worst(layers: Sequence[LayerError], shares: Mapping[str, float]) -> list[LayerError]:
    """By the share of the error at the outputs, and by what is lost in the layer where that is not known."""
    return sorted(layers, key=lambda row: (-shares.get(row.layer, -1.0), -row.lost_db))


def _cells(row: LayerError, shares: Mapping[str, float]) -> tuple[str, ...]:
    from rich.markup import escape

    share = [f"{shares[row.layer]:.1%}" if row.layer in shares else "-"] if shares else []
    apart = [f"{part:.1f}" for part in (row.weights_db, row.activations_db) if part is not None]
    return (
        escape(row.layer),
        row.operator,
        *share,
        f"{row.lost_db:.1f}",
        f"{row.sqnr_db:.1f}",
        *apart,
        f"{row.rmse_over_scale:.2f}",
        f"{row.range_utilisation:.0%}",
        f"{row.saturation:.2%}",
    )
