"""External TFLite delegates: shared libraries that run operators elsewhere, such as on an Edge TPU."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import EdgewrightError, MissingDependencyError
from ...suggestion import named
from .acceleration import Acceleration
from .instructions import flags_here, lacks_lse_atomics

_ENTRY_POINTS = ("tflite_plugin_create_delegate", "tflite_plugin_destroy_delegate")
"""Source: tensorflow/lite/delegates/external/external_delegate_interface.h."""

_WEBGPU = "libLiteRtWebGpuAccelerator"
_DELEGATED = "DELEGATE"
"""What interpreters call the node that stands for all operators that a delegate took together."""


def delegate_of(module: Any, acceleration: Acceleration) -> Any:
    """The delegate that was asked for, started.

    Args:
        module: the interpreter's, which has `load_delegate`.
        acceleration: whose `delegate` is the path of a library, or a name that the system's loader finds.

    Raises:
        MissingDependencyError: there is no such library, or one that it needs itself is missing.
        EdgewrightError: the library is no delegate, or does not start.
    """
    library = str(acceleration.delegate)
    refuse_webgpu_on_armv8_0(library)
    _check_is_delegate(library)
    options = dict(acceleration.delegate_options)
    try:
        return module.load_delegate(library, options)
    except ValueError as error:
        reason = " ".join(str(error).replace(f"Failed to load delegate from {library}", "").split())
        told = f" with {named([f'{name}={value}' for name, value in options.items()])}" if options else ""
        why = f": {reason}" if reason else f", and gives no reason{'' if options else '; is its device plugged in?'}"
        raise EdgewrightError(f"The delegate {library} does not start here{told}{why}") from error


def refuse_webgpu_on_armv8_0(library: str, flags: frozenset[str] | None = None) -> None:
    """Refuses LiteRT's WebGPU accelerator on processors of ARMv8.0, such as a Raspberry Pi 4's.

    Its aarch64 build holds some 2,300 atomic instructions of ARMv8.1, which would end the process.

    Raises:
        EdgewrightError: the library is that accelerator, and this is such a processor.
    """
    names = {Path(library).name, Path(library).resolve().name}  # a link to it is it
    if any(_WEBGPU in name for name in names) and lacks_lse_atomics(flags_here() if flags is None else flags):
        raise EdgewrightError(
            f"{library} uses atomic instructions of ARMv8.1 (LSE), which this processor does not have: it would end "
            f"the process; run the model without it"
        )


def _check_is_delegate(library: str) -> None:
    is_path = "/" in library or Path(library).exists()
    if is_path and not Path(library).is_file():
        raise MissingDependencyError(f"There is no delegate at {library}; --delegate takes a shared library")
    try:
        loaded = ctypes.CDLL(str(Path(library).absolute()) if is_path else library)
    except OSError as error:
        raise MissingDependencyError(f"The delegate {library} cannot be loaded ({error})") from error
    absent = [name for name in _ENTRY_POINTS if not hasattr(loaded, name)]
    if absent:
        raise EdgewrightError(f"{library} is no TFLite delegate: it has no function {named(absent)}")


def share_of_operators(nodes: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """How many operators run in delegates, and how many there are.

    Args:
        nodes: an interpreter's `_get_ops_details()`: the operators, and behind them the nodes that replaced some.
            Looked at before XNNPACK takes its part, which happens when tensors are allocated.
    """
    operators = [node for node in nodes if node["op_name"] != _DELEGATED]
    maker = {int(tensor): place for place, node in enumerate(operators) for tensor in node["outputs"]}
    taken: set[int] = set()
    for node in nodes:
        if node["op_name"] == _DELEGATED:
            outside = {int(tensor) for tensor in node["inputs"]}
            to_see = [int(tensor) for tensor in node["outputs"]]
            while to_see:
                place = maker.get(to_see.pop())
                if place is not None and place not in taken:
                    taken.add(place)
                    to_see += [int(each) for each in operators[place]["inputs"] if int(each) not in outside]
    return len(taken), len(operators)


def check_takes_part(interpreter: Any, library: str, path: Path) -> tuple[str, ...]:
    """What to know of a delegate that runs a part of the operators only, one sentence; empty where it runs all.

    Args:
        interpreter: with the delegate, before its tensors are allocated.
        library: the delegate.
        path: the model.

    Raises:
        EdgewrightError: it runs none of them, so that all would run on the processor.
    """
    # The only place that tells: interpreters themselves go on without a word.
    taken, operators = share_of_operators(interpreter._get_ops_details())
    if not taken:
        raise EdgewrightError(
            f"The delegate {library} takes none of the {operators} operators of {path}, so all of them would run on "
            f"the processor; it needs a model made for it (an Edge TPU: compiled by edgetpu_compiler from an "
            f"--integer-only file)"
        )
    if taken == operators:
        return ()
    return (f"the delegate runs {taken} of {operators} operators; the others run on the processor",)
