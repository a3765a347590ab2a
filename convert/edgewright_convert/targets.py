"""The table of targets: one row per format that can be made. A new format is one row here and one in the runtime's."""

from __future__ import annotations

from dataclasses import dataclass

from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.optional_imports import is_absent, missing
from edgewright_runtime.run.formats import ENGINE_TARGETS, format_for, format_named

from .run_inputs import OpenedRun, needed_rows

_TENSORFLOW = ("tensorflow", "keras")
_TFLITE = (*_TENSORFLOW, "ai-edge-litert")
_ONNX_FROM_KERAS = (*_TENSORFLOW, "tf2onnx", "onnx", "onnxruntime")
_ONNX_FROM_ONNX = ("onnx", "onnxruntime")

_ON_THE_BOARD = (
    "; a TensorRT engine is built on the Jetson or GPU machine that it will run on: copy the run folder there and run "
    "edgewright convert RUN --to {format}"
)


@dataclass(frozen=True)
class Maker:
    """A function that makes a target's file.

    Attributes:
        function: its dotted name; it takes `inputs` as keyword arguments and gives a `product.Product`.
        inputs: names in `run_inputs.INPUTS`, `GIVEN` or `OF_THE_ROW`.
        packages: distributions that it needs.
    """

    function: str
    inputs: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def needs_float_model(self) -> bool:
        """Whether the float model is among what it is made from."""
        return any(row.name == "float_model" for row in needed_rows(self.inputs))


@dataclass(frozen=True)
class Target:
    """One format that can be made.

    Attributes:
        format: its name in `edgewright_runtime.run.formats.FORMATS`.
        makers: the first of these that this machine has the float model and the packages for makes it.
        derived_from: the format whose file it is made from; None for the float model itself.
        extra: the extra of edgewright that brings the packages.
        options: names of the `ConvertOptions` that change it.
        by_default: made when no format is named; engines are not, since they fit one kind of GPU only.
        decides_itself: whether its maker finds out that the file need not be made again, which dates and options do
            not tell: engines depend on the machine.
        advice: what is added to the sentence that a package is missing.
    """

    format: str
    makers: tuple[Maker, ...]
    extra: str = "convert"
    derived_from: str | None = None
    options: tuple[str, ...] = ()
    by_default: bool = True
    decides_itself: bool = False
    advice: str = ""


_REPRESENTATIVE = ("representative_size", "calibrate", "seed")
_CARD = ("model_name", "model_version", "licence")
_INT8 = (*_REPRESENTATIVE, "int8_effort", "keep_float")
_TFLITE_INT8 = (*_INT8, "integer_only", "float_output", *_CARD)
_ONNX = ("opset",)
_ENGINE = ("batch", "workspace_mb")
_RTX_ENGINE = ("compute_capabilities", *_ENGINE)

_FROM_FLOAT = ("run", "options", "float_model")
_IMAGES = ("representative_dataset", "class_coverage", "validation_images")
_FROM_CORRECTION = ("run", "options", *_IMAGES, "reference_outputs", "correction")
_OF_ONNX_ROW = ("format_name", "basis", "smoke_images")
_ONNX_FROM_CORRECTION = (*_FROM_CORRECTION, *_OF_ONNX_ROW)
_ONNX_BASELINE = ("options", "representative_dataset", *_OF_ONNX_ROW, "why_not_corrected")
_BUILT = ("run", "options", "basis", "on_progress")

_ONNX_INT8 = (
    Maker("edgewright_convert.onnx.products.int8", _ONNX_FROM_CORRECTION, _ONNX_FROM_KERAS),
    # A Jetson often has neither the float model nor TensorFlow.
    Maker("edgewright_convert.onnx.products.int8_without_float_model", _ONNX_BASELINE, _ONNX_FROM_ONNX),
)
"""Of both INT8 .onnx formats: the functions look up what differs by the row's `format_name`."""

_ENGINES = (("tensorrt-fp16", "onnx-fp16"), ("tensorrt-int8", "onnx-int8"))
"""Built on the machine that runs them, and the formats that they are built from."""


def _engine(name: str, basis: str) -> Target:
    return Target(
        name,
        (Maker("edgewright_convert.tensorrt.products.board", ("format_name", *_BUILT), ("tensorrt",)),),
        extra="tensorrt",
        derived_from=basis,
        options=_ENGINE,
        by_default=False,
        decides_itself=True,
        advice=_ON_THE_BOARD,
    )


TARGETS: tuple[Target, ...] = (
    Target(
        "tflite-fp32",
        (Maker("edgewright_convert.tflite.products.fp32", _FROM_FLOAT, _TFLITE),),
        options=_CARD,
    ),
    Target(
        "tflite-fp16",
        (Maker("edgewright_convert.tflite.products.fp16", _FROM_FLOAT, _TFLITE),),
        options=_CARD,
    ),
    Target(
        "tflite-dynamic",
        (Maker("edgewright_convert.tflite.products.dynamic", _FROM_FLOAT, _TFLITE),),
        options=_CARD,
    ),
    Target(
        "tflite-int8",
        (Maker("edgewright_convert.tflite.products.int8", (*_FROM_CORRECTION, "float_model"), _TFLITE),),
        options=_TFLITE_INT8,
    ),
    Target(
        "onnx-fp32",
        (Maker("edgewright_convert.onnx.products.fp32", (*_FROM_FLOAT, "smoke_images"), _ONNX_FROM_KERAS),),
        options=_ONNX,
    ),
    Target(
        "onnx-fp16",
        (Maker("edgewright_convert.onnx.products.fp16", ("basis", "smoke_images"), _ONNX_FROM_ONNX),),
        derived_from="onnx-fp32",
        options=_ONNX,
    ),
    Target(
        "onnx-int8",
        _ONNX_INT8,
        derived_from="onnx-fp32",
        options=(*_INT8, *_ONNX),
    ),
    Target(
        "onnx-int8-cpu",
        _ONNX_INT8,
        derived_from="onnx-fp32",
        options=(*_INT8, *_ONNX),
    ),
    Target(
        "tensorrt-rtx-fp16",
        (Maker("edgewright_convert.tensorrt.products.rtx_fp16", _BUILT, ("tensorrt-rtx",)),),
        extra="rtx",
        derived_from="onnx-fp16",
        options=_RTX_ENGINE,
        by_default=False,
        decides_itself=True,
    ),
    Target(
        "tensorrt-rtx-int8",
        (Maker("edgewright_convert.tensorrt.products.rtx_int8", _BUILT, ("tensorrt-rtx",)),),
        extra="rtx",
        derived_from="onnx-int8",
        options=_RTX_ENGINE,
        by_default=False,
        decides_itself=True,
    ),
    *(_engine(name, basis) for name, basis in _ENGINES),
    *(_engine(format_for(name, target), basis) for target in ENGINE_TARGETS for name, basis in _ENGINES),
)

DEFAULT_FORMATS = tuple(row.format for row in TARGETS if row.by_default)

_BY_FORMAT = {row.format: row for row in TARGETS}


def target_named(name: str) -> Target:
    """The row of that format.

    Raises:
        EdgewrightError: no such format, or none that is made by conversion; the sentence names the nearest.
    """
    row = _BY_FORMAT.get(format_named(name).name)
    if row is None:
        raise EdgewrightError(f"{name} is what the others are made from; convert to one of {', '.join(_BY_FORMAT)}")
    return row


def in_order(rows: tuple[Target, ...]) -> tuple[Target, ...]:
    """The rows and those that they are derived from, each after what it is made from."""
    ordered: dict[str, Target] = {}

    def add(row: Target) -> None:
        if row.derived_from is not None:
            add(target_named(row.derived_from))
        ordered.setdefault(row.format, row)

    for row in rows:
        add(row)
    return tuple(ordered.values())


@dataclass(frozen=True)
class ChosenMaker:
    """The maker that is used here, and why an earlier one of the row was passed over; empty if it is the first."""

    maker: Maker
    why_not_first: str = ""


def maker_here(row: Target, run: OpenedRun) -> ChosenMaker:
    """The first of the row's makers that this machine has everything for, told before anything heavy is imported.

    Raises:
        MissingDependencyError: a package is missing for all of them; the sentence names it and the extra.
    """
    *better, last = row.makers
    passed_over = ""
    for maker in better:
        reason = _why_not_here(maker, run)
        if reason is None:
            return ChosenMaker(maker, passed_over)
        passed_over = passed_over or reason
    for package in last.packages:
        if is_absent(package):
            sentence = missing(package=package, extra=row.extra, purpose=f"Making {row.format}")
            raise MissingDependencyError(sentence + row.advice.format(format=row.format))
    return ChosenMaker(last, passed_over)


def _why_not_here(maker: Maker, run: OpenedRun) -> str | None:
    if maker.needs_float_model and run.reference is None:
        return "the run came without its float model"
    absent = [package for package in maker.packages if is_absent(package)]
    return f"{', '.join(absent)} not installed here" if absent else None


def packages_of(row: Target) -> tuple[str, ...]:
    """The distributions that any of the row's makers needs."""
    return tuple(dict.fromkeys(package for maker in row.makers for package in maker.packages))
