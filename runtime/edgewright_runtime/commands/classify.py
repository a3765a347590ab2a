"""`edgewright classify`: labels for images, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .plain_classify import DEFAULT_TOP_K, Request


def classify(
    model: Annotated[Path, typer.Argument(metavar="RUN|FILE", help="Run folder or model file.", show_default=False)],
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Image files.", show_default=False)],
    format_name: Annotated[
        str | None, typer.Option("--format", help="Which of the run's formats; its smallest and fastest if not given.")
    ] = None,
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many labels an image.")] = DEFAULT_TOP_K,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for inference; the library's choice if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list, in the order of the images.")] = False,
) -> None:
    """Label images with a converted model, offline.

    Example: edgewright classify runs/digits data/digits/7/0007.png --format tflite-int8
    """
    from .labelling import label_images

    raise typer.Exit(label_images(Request(model, tuple(images), format_name, top_k, threads, as_json)))
