"""How near the INT8 files of some runs are to their float models: the baseline converter against every effort.

    python benchmarks/int8_accuracy.py runs/flowers runs/flowers1 runs/flowers2 --efforts fast balanced

Agreement needs no labels, so it is measured on the test images and, with less noise, on all images that the
calibration has not seen; up to 200 of those decided which steps of the correction were kept. "expected" is the
agreement to be expected on further images, from how far the logits of these moved. "onnx" is the agreement of
onnx-int8 with the float model, "cpu" that of onnx-int8-cpu, on the test images. Latencies are taken in
turns, file after file, so that other load meets all alike. The last lines are means.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from edgewright_convert.calibration.representative_dataset import read_representative_dataset
from edgewright_convert.calibration.validation_images import read_validation_images
from edgewright_convert.fidelity import expected_agreement
from edgewright_convert.float_model import FloatModel, load_float_model
from edgewright_convert.int8 import corrected_model
from edgewright_convert.onnx.checks import outputs_of_onnx
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.graph import serialised
from edgewright_convert.onnx.int8_file import onnx_int8_from_corrected
from edgewright_convert.onnx.qdq import onnx_int8_with_measured_ranges
from edgewright_convert.onnx.schemes import CPU, SCHEMES, TENSORRT
from edgewright_convert.options import BASELINE, EFFORTS
from edgewright_convert.tflite.converter import tflite_int8_from_model
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.latency import least_latencies
from edgewright_convert.tflite.logits import fine_outputs_of_tflite
from edgewright_convert.tflite.ranked_correction import fidelity_of_candidates
from edgewright_runtime.library_noise import captured
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import class_names, read_labels
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow, read_splits

HEADINGS = ("test", "top-1", "drop", "unseen", "expected", "mean |dp|", "onnx", "cpu", "seconds", "latency")


@dataclass(frozen=True)
class Images:
    """What the files are measured on: pixels, the float model's outputs, class indices, and which are test images."""

    pixels: np.ndarray
    reference: np.ndarray
    truth: np.ndarray
    is_test: np.ndarray


@dataclass(frozen=True)
class Files:
    """One way's files; `onnx` by format, `seconds` that the .tflite file took."""

    tflite: bytes
    onnx: Mapping[str, bytes]
    seconds: float


@dataclass(frozen=True)
class Row:
    """One file's figures, in the order of `HEADINGS`."""

    test: float
    top1: float
    drop: float
    unseen: float
    expected: float
    difference: float
    onnx: float
    cpu: float
    seconds: float
    latency: float

    def __str__(self) -> str:
        return (
            f"{self.test:9.4f}{self.top1:9.4f}{self.drop:+9.4f}{self.unseen:9.4f}{self.expected:9.4f}"
            f"{self.difference:11.5f}{self.onnx:9.4f}{self.cpu:9.4f}{self.seconds:9.1f}{self.latency:9.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="of the draw of the representative dataset")
    parser.add_argument("--size", type=int, default=200, help="images in the representative dataset")
    parser.add_argument("--efforts", nargs="+", default=["fast", "balanced"], choices=EFFORTS)
    given = parser.parse_args()
    widths = (9, 9, 9, 9, 9, 11, 9, 9, 9, 9)
    print(f"{'run':14s} seed {'file':9s}" + "".join(f"{h:>{w}s}" for h, w in zip(HEADINGS, widths, strict=True)))
    found: dict[str, list[Row]] = {name: [] for name in (BASELINE, *given.efforts)}
    for path in given.runs:
        for seed in given.seeds:
            for name, row in _measured(RunFolder(path), seed, given.size, given.efforts).items():
                print(f"{path.name:14s} {seed:4d} {name:9s}{row}", flush=True)
                found[name].append(row)
    for name, rows in found.items():
        print(f"{'mean':14s} {'':4s} {name:9s}{_mean(rows)}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


def _mean(rows: Sequence[Row]) -> Row:
    return Row(*(float(np.mean([astuple(row)[place] for row in rows])) for place in range(len(fields(Row)))))


def _measured(run: RunFolder, seed: int, size: int, efforts: Sequence[str]) -> dict[str, Row]:
    contract, labels = Preprocessing.load(run.preprocessing), class_names(read_labels(run.labels))
    with captured():
        model = load_float_model(run.model)
        representative = read_representative_dataset(run, contract, labels, size=size, seed=seed)
        held_out = read_validation_images(run, contract, representative).pixels
    unseen = _unseen(read_splits(run.splits), {row.sha256 for row in representative.rows})
    with cached_pixels(unseen, contract, run_path=run.path) as pixels:
        images = Images(
            np.array(pixels),
            np.concatenate([model.probabilities(pixels[i : i + 32]) for i in range(0, len(pixels), 32)]),
            np.array([labels.index(row.label) for row in unseen]),
            np.array([row.split == "test" for row in unseen]),
        )
    files: dict[str, Files] = {}
    for name in (BASELINE, *efforts):
        with captured():
            files[name] = _files(model, representative.pixels, held_out, name)
    latency = least_latencies({name: made.tflite for name, made in files.items()}, images.pixels[0], rounds=300)
    return {name: _figures(made, images, latency[name] / latency[BASELINE]) for name, made in files.items()}


def _unseen(rows: Sequence[SplitRow], seen: set[str]) -> tuple[SplitRow, ...]:
    return tuple(row for row in rows if row.sha256 not in seen)


def _files(model: FloatModel, pixels: np.ndarray, held_out: np.ndarray, name: str) -> Files:
    began = time.perf_counter()
    if name == BASELINE:
        tflite = tflite_int8_from_model(model, pixels)
        seconds = time.perf_counter() - began
        float32 = onnx_from_model(model, {})
        onnx = {
            scheme: serialised(onnx_int8_with_measured_ranges(float32, pixels, SCHEMES[scheme])) for scheme in SCHEMES
        }
        return Files(tflite, onnx, seconds)
    reference = model.probabilities(held_out)
    corrected = corrected_model(model.loaded, pixels, fidelity_of_candidates(held_out, reference), effort=name)
    print(f"{'':19s} {name:9s} {corrected.steps}", flush=True)
    tflite = tflite_from_ranges(corrected.model, corrected.ranges)
    seconds = time.perf_counter() - began
    onnx = {
        scheme: onnx_int8_from_corrected(
            corrected, {}, pixels, held_out, reference, effort=name, scheme=SCHEMES[scheme]
        ).data
        for scheme in SCHEMES
    }
    return Files(tflite, onnx, seconds)


def _figures(made: Files, images: Images, latency: float) -> Row:
    test = images.is_test
    fine = fine_outputs_of_tflite(made.tflite, images.pixels)
    candidate = outputs_of_tflite(made.tflite, images.pixels)
    onnx = {scheme: outputs_of_onnx(data, images.pixels[test]).argmax(axis=1) for scheme, data in made.onnx.items()}
    labels, reference = candidate.argmax(axis=1), images.reference.argmax(axis=1)
    top1, reference_top1 = (float((found[test] == images.truth[test]).mean()) for found in (labels, reference))
    return Row(
        test=float((labels == reference)[test].mean()),
        top1=top1,
        drop=reference_top1 - top1,
        unseen=float((labels == reference).mean()),
        expected=expected_agreement(fine, images.reference),
        difference=float(np.abs(candidate - images.reference)[test].mean()),
        onnx=float((onnx[TENSORRT.format] == reference[test]).mean()),
        cpu=float((onnx[CPU.format] == reference[test]).mean()),
        seconds=made.seconds,
        latency=latency,
    )


if __name__ == "__main__":
    main()
