"""The options that say what runs a model: the same for `classify`, `bench` and `evaluate`."""

from __future__ import annotations

import argparse

from ..backends.hardware.acceleration import Acceleration, acceleration_of
from ..command_line import KeyValues


def add_acceleration_options(parser: argparse.ArgumentParser) -> None:
    """Declares them."""
    group = parser.add_argument_group("What runs the model; what cannot be had is an error")
    group.add_argument(
        "--delegate",
        metavar="LIBRARY",
        help="External delegate for .tflite: its shared library, such as libedgetpu.so.1; gpu for LiteRT's own.",
    )
    group.add_argument(
        "--delegate-option",
        metavar="NAME=VALUE",
        action=KeyValues,
        default=[],
        help="What the delegate is told; several may follow.",
    )
    group.add_argument("--no-xnnpack", action="store_true", help="Run .tflite without XNNPACK's kernels.")
    group.add_argument(
        "--provider",
        metavar="NAMES",
        help="onnxruntime's execution providers for .onnx, separated by commas, such as cuda; with cpu among them the "
        "processor may run what they do not.",
    )


def acceleration_by(arguments: argparse.Namespace) -> Acceleration:
    """What was typed.

    Raises:
        EdgewrightError: a word of it is malformed.
    """
    return acceleration_of(
        xnnpack=not arguments.no_xnnpack,
        delegate=arguments.delegate,
        delegate_options=arguments.delegate_option,
        providers=arguments.provider,
    )
