"""What each step of the INT8 correction buys, on models and images that nobody tuned it on.

    python benchmarks/int8_steps.py runs/flowers runs/campaign/* --images 300

For each run the images outside the representative dataset are drawn in two halves: `balanced` and `best` decide on the
one, and all rows are measured on the other, which nothing has looked at. "agreement" is with the float model,
"expected" what is to be expected on further images, "lost" the labels lost or won against the plain converter. The
last column is in seconds, of making the .tflite file.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from edgewright_convert.calibration.representative_dataset import read_representative_dataset
from edgewright_convert.calibration.stratified_draw import draw_key
from edgewright_convert.fidelity import Fidelity, fidelity_of
from edgewright_convert.float_model import FloatModel, float_model_of_keras, load_float_model
from edgewright_convert.int8 import Corrected, corrected_model
from edgewright_convert.int8.correction import corrected_by
from edgewright_convert.int8.correction_steps import CorrectionSteps, Equalization
from edgewright_convert.onnx.checks import outputs_of_onnx
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.float16_file import onnx_fp16_from_fp32
from edgewright_convert.onnx.graph import serialised
from edgewright_convert.onnx.int8_file import onnx_int8_from_corrected
from edgewright_convert.onnx.qdq import onnx_int8_with_measured_ranges
from edgewright_convert.onnx.schemes import SCHEMES
from edgewright_convert.tflite.converter import tflite_fp32_from_model, tflite_int8_from_model
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.logits import fine_outputs_of_tflite
from edgewright_convert.tflite.ranked_correction import fidelity_of_candidates
from edgewright_convert.tflite.rewriting.float16_file import tflite_fp16_from_fp32
from edgewright_convert.tflite.rewriting.float_output import tflite_with_float_output
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import class_names, read_labels
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import read_splits

STEPS: Mapping[str, CorrectionSteps] = {
    "biases (fast)": CorrectionSteps(),
    "streams and ReLUs equalized": CorrectionSteps(equalization=Equalization(0.7, relu=True)),
    "streams equalized": CorrectionSteps(equalization=Equalization(0.5, relu=False)),
    "clipped ranges": CorrectionSteps(clipped=True),
    "rounding": CorrectionSteps(rounding=True),
    "regression": CorrectionSteps(regression=True),
    "regression, rounding": CorrectionSteps(regression=True, rounding=True),
    "the last layer too": CorrectionSteps(regression=True, rounding=True, last_layer=True),
}
"""One row each; the first is what `fast` does."""


@dataclass(frozen=True)
class Images:
    """A run's pixels, in three parts that share no image, and the float model's outputs of the last two."""

    calibration: np.ndarray
    deciding: np.ndarray
    measured: np.ndarray
    reference: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--images", type=int, default=400, help="to decide and measure on, together")
    parser.add_argument("--calibration", type=int, default=200, help="images in the representative dataset")
    parser.add_argument("--best", action="store_true", help="also the effort `best`, which takes minutes")
    given = parser.parse_args()
    for path in given.runs:
        if (path / "preprocessing.json").is_file():
            _print_run(RunFolder(path), given.images, given.calibration, best=given.best)


def _print_run(run: RunFolder, images: int, calibration: int, *, best: bool) -> None:
    with captured():
        model = load_float_model(run.model)
        drawn = _images(run, model, images, calibration)
    count = len(drawn.measured)
    print(
        f"\n{run.path.name}: {len(drawn.calibration)} to calibrate, {len(drawn.deciding)} to decide, {count} measured"
    )
    print(f"  {'':32s}{'agreement':>10s}{'lost':>6s}{'expected':>10s}{'mean |dp|':>11s}{'seconds':>9s}", flush=True)
    plain = None
    for name, make in _ways(model, drawn, best=best):
        began = time.perf_counter()
        try:
            with captured():
                found = make()
        except EdgewrightError as error:
            print(f"  {name:32s}{str(error)[:80]}", flush=True)
            continue
        plain = plain or found
        lost = round((plain.agreement - found.agreement) * count)
        seconds = time.perf_counter() - began
        print(
            f"  {name:32s}{found.agreement:10.2%}{lost:+6d}{found.expected:10.2%}{found.distance:11.5f}{seconds:9.1f}",
            flush=True,
        )


def _images(run: RunFolder, model: FloatModel, count: int, calibration: int) -> Images:
    contract, labels = Preprocessing.load(run.preprocessing), class_names(read_labels(run.labels))
    representative = read_representative_dataset(run, contract, labels, size=calibration)
    taken = {row.sha256 for row in representative.rows}
    rows = sorted((row for row in read_splits(run.splits) if row.sha256 not in taken), key=lambda row: draw_key(row, 1))
    with cached_pixels(rows[:count], contract, run_path=run.path) as pixels:
        half = min(len(pixels) // 2, 200)
        deciding, measured = np.array(pixels[:half]), np.array(pixels[half:])
    return Images(representative.pixels, deciding, measured, model.probabilities(measured))


Way = tuple[str, Callable[[], Fidelity]]


def _ways(model: FloatModel, drawn: Images, *, best: bool) -> Iterator[Way]:
    """Every row: its name, and a function that makes the file and compares it."""

    def tflite(file: bytes) -> Fidelity:
        fine = fine_outputs_of_tflite(file, drawn.measured)
        return fidelity_of(outputs_of_tflite(file, drawn.measured), drawn.reference, fine)

    def onnx(file: bytes) -> Fidelity:
        return fidelity_of(outputs_of_onnx(file, drawn.measured), drawn.reference)

    made: dict[str, Corrected] = {}

    def file_of(corrected: Corrected) -> bytes:
        """As `convert` makes it: where a layer becomes several operators, the converter measures the ranges."""
        try:
            return tflite_from_ranges(corrected.model, corrected.ranges)
        except EdgewrightError:
            return tflite_int8_from_model(float_model_of_keras(corrected.model), drawn.calibration)

    def by(steps: CorrectionSteps) -> Fidelity:
        return tflite(file_of(corrected_by(model.loaded, drawn.calibration, steps)))

    def effort(name: str) -> Fidelity:
        compare = fidelity_of_candidates(drawn.deciding, model.probabilities(drawn.deciding))
        made[name] = corrected_model(model.loaded, drawn.calibration, compare, effort=name)  # type: ignore[arg-type]
        return tflite(file_of(made[name]))

    def float_output() -> Fidelity:
        return tflite(tflite_with_float_output(file_of(made["balanced"])))

    def onnx_plain(scheme: str) -> Fidelity:
        float32 = onnx_from_model(model, {})
        return onnx(serialised(onnx_int8_with_measured_ranges(float32, drawn.calibration, SCHEMES[scheme])))

    def onnx_corrected(scheme: str) -> Fidelity:
        reference = model.probabilities(drawn.deciding)
        return onnx(
            onnx_int8_from_corrected(
                made["balanced"],
                {},
                drawn.calibration,
                drawn.deciding,
                reference,
                effort="balanced",
                scheme=SCHEMES[scheme],
            ).data
        )

    yield "TFLiteConverter", lambda: tflite(tflite_int8_from_model(model, drawn.calibration))
    for name, steps in STEPS.items():
        yield name, lambda steps=steps: by(steps)  # type: ignore[misc]
    yield "balanced", lambda: effort("balanced")
    if best:
        yield "best", lambda: effort("best")
    yield "balanced, --float-output", float_output
    for scheme in SCHEMES:
        yield f"{scheme}, ranges measured", lambda scheme=scheme: onnx_plain(scheme)  # type: ignore[misc]
        yield f"{scheme}, balanced", lambda scheme=scheme: onnx_corrected(scheme)  # type: ignore[misc]
    yield "tflite-fp16", lambda: tflite(tflite_fp16_from_fp32(tflite_fp32_from_model(model)).data)
    yield "onnx-fp16", lambda: onnx(onnx_fp16_from_fp32(onnx_from_model(model, {}), drawn.deciding[:48]).data)


if __name__ == "__main__":
    main()
