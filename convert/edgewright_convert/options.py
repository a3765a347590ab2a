"""What a conversion may be told; every default in one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import unknown_name

from .deployment_targets import deployment_target

DEFAULT_REPRESENTATIVE_SIZE = 200
"""Images. On a fine-tuned MobileNetV2 (alpha 0.35, 224 px) 50 and 300 images gave the same accuracy within a point, so
200 is past where more images widen the ranges, and costs seconds."""

FLOAT_OUTPUT_GAIN = 0.003
"""Share of the labels from which on float output is worth a word: one in 300 images, a usual test set."""

Effort = Literal["fast", "balanced", "best"]
"""How much is done to keep an INT8 file near the float model."""

EFFORTS: tuple[Effort, ...] = get_args(Effort)

DEFAULT_EFFORT: Effort = "balanced"
"""See docs/explanation/int8-accuracy.md for what each effort buys and costs."""

BASELINE = "baseline"
"""No effort at all: the converter's own INT8, nothing corrected."""

NOT_CORRECTED = "not corrected: "
"""How the phrase begins that says why a model, or its file, is no corrected one."""

FloatLayers = int | Literal["auto"]
"""How many layers of INT8 files are excluded from quantization, where that pays; `auto` takes as few as bring 99 %
agreement."""

DEFAULT_COMPUTE_CAPABILITIES = ("8.6", "7.5")
"""RTX 30 and A10 (8.6), and T4 and RTX 20 (7.5): what engines for desks and clouds mostly meet."""

DEFAULT_OPSET = 17
"""Of .onnx files: the newest that TensorRT 8.5 (JetPack 5) reads, and so does every later one."""

OLDEST_OPSET = 13
"""The first in which QuantizeLinear and DequantizeLinear have a scale for each channel."""

DEFAULT_MODEL_NAME = "Image classifier"

DEFAULT_LICENCE = "not stated; ask whoever trained the model"
"""A model's licence is for its maker to say: it follows from the images and weights that it was trained with."""


@dataclass(frozen=True)
class BatchProfile:
    """The batch sizes that an engine is built for; it is fastest at `opt` and takes any from `min` to `max`."""

    min: int = 1
    opt: int = 1
    max: int = 8

    def __post_init__(self) -> None:
        if not 1 <= self.min <= self.opt <= self.max:
            raise EdgewrightError(
                f"An engine's batch sizes must rise from 1: least, best, greatest; not {self.min},{self.opt},{self.max}"
            )


@dataclass(frozen=True)
class ConvertOptions:
    """What a conversion was told.

    Attributes:
        representative_size: images in the representative dataset, fewer where there are not as many.
        calibrate: folder or list of images, which need no label, to draw it from; None takes the train split.
        seed: of its draw.
        keep_float: how many layers of INT8 files are excluded from quantization (float32 in .tflite, float16 in .onnx
            and engines), where that pays; None leaves it to the format.
        integer_only: keep .tflite files free of float, whatever `keep_float` says: for Edge TPUs and microcontrollers.
        float_output: compute the last layer and the probabilities of INT8 .tflite files in float32.
        cache_pixels: keep its pixels in the run folder, and take them from there; changes no file that is made.
        int8_effort: how much is done to keep INT8 files near the float model: `fast`, `balanced` or `best`.
        compute_capabilities: NVIDIA GPU generations that tensorrt-rtx builds ahead of time for, such as `8.6`.
        batch: of engines.
        workspace_mb: memory that an engine's builder may use on the GPU; None leaves it to the library.
        targets: names in `DEPLOYMENT_TARGETS` of what the files are for; one that cannot read a file refuses it.
        opset: that .onnx files are written in; the oldest of it and of what the targets read.
        model_name: in the metadata of .tflite files.
        model_version: in the same; None takes the beginning of the hash of the float model, contract and labels.
        licence: in the same.
    """

    representative_size: int = DEFAULT_REPRESENTATIVE_SIZE
    calibrate: Path | None = None
    seed: int = 0
    cache_pixels: bool = False
    keep_float: FloatLayers | None = None
    integer_only: bool = False
    float_output: bool = False
    int8_effort: Effort = DEFAULT_EFFORT
    compute_capabilities: tuple[str, ...] = DEFAULT_COMPUTE_CAPABILITIES
    batch: BatchProfile = BatchProfile()
    workspace_mb: int | None = None
    targets: tuple[str, ...] = ()
    opset: int = DEFAULT_OPSET
    model_name: str = DEFAULT_MODEL_NAME
    model_version: str | None = None
    licence: str = DEFAULT_LICENCE

    def __post_init__(self) -> None:
        effort_named(self.int8_effort)
        if isinstance(self.keep_float, int) and self.keep_float < 0:
            raise EdgewrightError(f"The number of layers to keep in float must be 0 or more, not {self.keep_float}")
        oldest = min([self.opset, *(deployment_target(name).opset for name in self.targets)])
        object.__setattr__(self, "opset", oldest)
        if not OLDEST_OPSET <= oldest <= DEFAULT_OPSET:
            raise EdgewrightError(
                f"Edgewright writes .onnx files in the opsets {OLDEST_OPSET} to {DEFAULT_OPSET}, not {oldest}"
            )
        if self.integer_only and self.float_output:
            raise EdgewrightError("--float-output puts float into .tflite, which --integer-only forbids; choose one")

    def of(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Those options that a format depends on, for the manifest."""
        values = asdict(self)
        # The usual opset is left out: files of older releases, which do not tell it, are as good.
        told = [name for name in names if name != "opset" or self.opset != DEFAULT_OPSET]
        return {name: _as_json(values[name]) for name in told}


def _as_json(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def effort_named(name: str) -> Effort:
    """The INT8 effort of that name.

    Raises:
        EdgewrightError: there is none; the sentence names the nearest.
    """
    if name not in EFFORTS:
        raise EdgewrightError(unknown_name("INT8 effort", name, EFFORTS))
    return name


def batch_profile(text: str) -> BatchProfile:
    """The profile written as `least,best,greatest`.

    Raises:
        EdgewrightError: it is not three rising whole numbers.
    """
    try:
        least, best, greatest = (int(part) for part in text.split(","))
    except ValueError as error:
        raise EdgewrightError(
            f"{text!r} are no batch sizes; give the least, the best and the greatest, such as 1,1,8"
        ) from error
    return BatchProfile(least, best, greatest)


def float_layers(text: str) -> FloatLayers:
    """The number of layers, or `auto`.

    Raises:
        EdgewrightError: it is neither.
    """
    if text == "auto":
        return "auto"
    try:
        return int(text)
    except ValueError as error:
        raise EdgewrightError(f"{text!r} is no number of layers to keep in float; give one, or auto") from error
