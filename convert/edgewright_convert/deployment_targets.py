"""Where files go: one row per kind of board or GPU, with what its TensorRT reads. A new one is one row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.formats import format_for, format_named
from edgewright_runtime.suggestion import row_named

from .opset import opset_of

if TYPE_CHECKING:
    from edgewright_runtime.backends.nvidia.engine_key import Gpu

_HIGHEST_OPSETS = (((8, 0), 13), ((8, 4), 17), ((9, 0), 19), ((10, 0), 20), ((10, 15), 24), ((11, 0), 25))
"""From that version of TensorRT on, its ONNX parser reads opsets up to that one.

Source: docs/operators.md of each release of onnx-tensorrt, and for 11.x NVIDIA's ONNX Opset Guide."""


def highest_opset(version: str) -> int:
    """The newest opset that a version of TensorRT reads.

    Raises:
        EdgewrightError: it is older than 8.0, of which nothing is known.
    """
    match = re.match(r"(\d+)\.(\d+)", version)
    number = (int(match[1]), int(match[2])) if match else (0, 0)
    known = [opset for since, opset in _HIGHEST_OPSETS if since <= number]
    if not known:
        raise EdgewrightError(f"Nothing is known of what TensorRT {version} reads; it is known from 8.0 on")
    return known[-1]


@dataclass(frozen=True)
class DeploymentTarget:
    """A kind of board or GPU that a run's files are made for.

    Attributes:
        name: what the user types after `--for`.
        hardware: what it is.
        library: what builds and runs engines there, the oldest of them where there are several.
        opset: the newest that it reads.
        formats: that are made where no format is named.
        compute_capabilities: that engines are built for ahead of time, if no other are named.
        there: formats to make on the board itself, from those files.
        gpus: compute capabilities of the GPUs that it has. Source: developer.nvidia.com/cuda-gpus.
        majors: of the TensorRT that it has; empty for any.
    """

    name: str
    hardware: str
    library: str
    opset: int
    formats: tuple[str, ...]
    compute_capabilities: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    gpus: tuple[str, ...] = ()
    majors: tuple[int, ...] = ()


_AHEAD_OF_TIME = "tensorrt-rtx"
"""The backend whose engines are built for compute capabilities, on any machine."""

_FILES = ("onnx-fp16", "onnx-int8")
_ENGINES = ("tensorrt-fp16", "tensorrt-int8")

DEPLOYMENT_TARGETS: tuple[DeploymentTarget, ...] = (
    # Its Python is too old for Edgewright: TensorRT's own trtexec builds engines there.
    DeploymentTarget("jetson-jetpack4", "Jetson Nano, TX2 and Xavier with JetPack 4.6", "TensorRT 8.2", 13, _FILES),
    DeploymentTarget(
        "jetson-jetpack5",
        "Jetson Xavier and Orin with JetPack 5",
        "TensorRT 8.5",
        17,
        _FILES,
        there=_ENGINES,
        gpus=("7.2", "8.7"),
        majors=(8,),
    ),
    DeploymentTarget(
        "jetson-jetpack6",
        "Jetson Orin with JetPack 6.1 and newer",
        "TensorRT 10.3",
        20,
        _FILES,
        there=_ENGINES,
        gpus=("8.7",),
        majors=(10,),
    ),
    # From 7.2.2 on it may have TensorRT 11.4, which reads more; a file for it must suit the older releases too. Thor's
    # compute capability was 10.1 before CUDA 13.
    DeploymentTarget(
        "jetson-jetpack7",
        "Jetson Orin and Thor with JetPack 7",
        "TensorRT 10.13",
        20,
        _FILES,
        there=_ENGINES,
        gpus=("8.7", "10.1", "11.0"),
        majors=(10, 11),
    ),
    DeploymentTarget(
        "t4",
        "NVIDIA T4 in a server",
        "TensorRT 10.0",
        20,
        _FILES,
        compute_capabilities=("7.5",),
        there=_ENGINES,
        gpus=("7.5",),
    ),
    # INT8 is left out: the library's support matrix has it for weights only.
    DeploymentTarget(
        "rtx",
        "GeForce RTX 30, 40 and 50 and their like",
        "TensorRT-RTX 1.4",
        20,
        ("onnx-fp16", "tensorrt-rtx-fp16"),
        compute_capabilities=("8.6", "8.9", "12.0"),
    ),
)

_BY_NAME = {row.name: row for row in DEPLOYMENT_TARGETS}
_JETSON = "jetson-"


def deployment_targets(text: str) -> tuple[DeploymentTarget, ...]:
    """The rows in a list of names separated by commas, each once.

    Raises:
        EdgewrightError: one is unknown, or there is none; the sentence names the nearest.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise EdgewrightError(f"{text!r} names no target; choose from {', '.join(_BY_NAME)}")
    return tuple(dict.fromkeys(deployment_target(name) for name in names))


def deployment_target(name: str) -> DeploymentTarget:
    """The row of that name; a Jetson's may be typed without `jetson-`.

    Raises:
        EdgewrightError: there is none.
    """
    return row_named("target", name if name in _BY_NAME or _JETSON + name not in _BY_NAME else _JETSON + name, _BY_NAME)


def formats_for(names: Iterable[str], targets: Iterable[DeploymentTarget]) -> tuple[str, ...]:
    """The formats to make for all of these targets: of an engine one for each target that it is built on, else once.

    Args:
        names: formats as they were typed.
        targets: rows that they are for; none where none was named.

    Raises:
        EdgewrightError: an engine is asked for that none of the targets runs.
    """
    rows = tuple(targets)
    found = []
    for name in names:
        _check_runs(name, rows)
        of_targets = [format_for(name, row.name) for row in rows if name in row.there]
        found += of_targets or [name]
    return tuple(dict.fromkeys(found))


def _check_runs(name: str, rows: Sequence[DeploymentTarget]) -> None:
    if not rows or not format_named(name).path.endswith(".engine"):
        return
    if name in _ENGINES and not any(name in row.there for row in rows):
        how = "TensorRT's own trtexec builds its engines there, or " if rows[0].library.startswith("TensorRT ") else ""
        raise EdgewrightError(
            f"{name} is no engine for {', '.join(row.name for row in rows)}: {how}leave --for out to build one for "
            f"this machine"
        )
    if format_named(name).backend == _AHEAD_OF_TIME and not any(row.compute_capabilities for row in rows):
        raise EdgewrightError(
            f"{name} is no engine for {', '.join(row.name for row in rows)}, which TensorRT-RTX does not run on; leave "
            f"--for out to build it for other GPUs"
        )


def check_builds(name: str, gpu: Gpu, version: str) -> None:
    """Sees that a machine with this GPU and TensorRT builds engines for that target.

    Raises:
        EdgewrightError: it does not; the sentence names the target, what it has and what is here.
    """
    row = deployment_target(name)
    if gpu.compute_capability not in row.gpus:
        raise EdgewrightError(
            f"An engine for {row.name} is built on one: {row.hardware}, of compute capability {' or '.join(row.gpus)}; "
            f"the GPU here is {gpu}"
        )
    if row.majors and int(version.split(".", maxsplit=1)[0]) not in row.majors:
        has = " or ".join(map(str, row.majors))
        raise EdgewrightError(f"An engine for {row.name} is built with its TensorRT ({has}), and {version} is here")


def check_readable(onnx_file: bytes, targets: Iterable[str], *, name: str) -> None:
    """Sees that all of these targets read the file.

    Args:
        onnx_file: its content.
        targets: names of rows.
        name: of the file, for the sentence.

    Raises:
        EdgewrightError: one of them does not; the sentence names it and the opsets.
    """
    opset = opset_of(onnx_file)
    for row in map(deployment_target, targets):
        if opset > row.opset:
            raise EdgewrightError(
                f"{row.name} ({row.library}) reads ONNX up to opset {row.opset}, and {name} is written in opset "
                f"{opset}; where the float model is here, delete that file and convert again with --for {row.name}"
            )


def check_readable_by_version(onnx_file: bytes, version: str) -> None:
    """Sees that the TensorRT of that version reads the file.

    Raises:
        EdgewrightError: it does not; the sentence names the version and the target that ships the like of it.
    """
    opset, highest = opset_of(onnx_file), highest_opset(version)
    if opset > highest:
        alike = [row.name for row in DEPLOYMENT_TARGETS if row.opset <= highest]
        remedy = f"make it for that: edgewright convert RUN --for {alike[-1]}" if alike else "no target is that old"
        raise EdgewrightError(
            f"TensorRT {version} reads ONNX up to opset {highest}, and the file is written in opset {opset}; {remedy}"
        )
