"""How near each INT8 file of a run is to its float model: the plain converter against every effort.

    python benchmarks/int8_accuracy.py runs/flowers --seeds 0 1 2 --efforts fast balanced

Agreement needs no labels, so it is measured on the test images and, with less noise, on all images that neither
calibration nor the guard has seen. Latencies are taken in turns, file after file, so that other load meets all alike.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edgewright_convert.float_model import FloatModel, load_float_model
from edgewright_convert.int8 import EFFORTS, corrected_model
from edgewright_convert.int8.answers import answers
from edgewright_convert.int8.writer import tflite_from_ranges
from edgewright_convert.representative import representative_dataset
from edgewright_convert.tflite import tflite_int8_from_model
from edgewright_runtime.labels import read_labels
from edgewright_runtime.library_noise import captured
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run_folder import RunFolder
from edgewright_runtime.splits import SplitRow, read_splits

PLAIN = "plain"
ROUNDS = 300


@dataclass(frozen=True)
class Images:
    """What the files are measured on: pixels, the float model's answers, class indices, and which are test images."""

    pixels: np.ndarray
    wanted: np.ndarray
    truth: np.ndarray
    is_test: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--size", type=int, default=200, help="images in the representative dataset")
    parser.add_argument("--efforts", nargs="+", default=["fast", "balanced"], choices=EFFORTS)
    given = parser.parse_args()
    run = RunFolder(given.run)
    with captured():
        model = load_float_model(run.model)
    print("seed  file       test agree  top-1   drop   unseen agree  mean |dp|  seconds  latency")
    for seed in given.seeds:
        _measure(run, model, seed, given.size, given.efforts)


def _measure(run: RunFolder, model: FloatModel, seed: int, size: int, efforts: list[str]) -> None:
    contract, labels = Preprocessing.load(run.preprocessing), read_labels(run.labels)
    with captured():
        representative = representative_dataset(run, contract, labels, size=size, seed=seed)
    unseen = _unseen(read_splits(run.splits), {row.sha256 for row in representative.rows})
    with cached_pixels(unseen, contract, run_path=run.path) as pixels:
        images = Images(
            np.array(pixels),
            np.concatenate([model.probabilities(pixels[i : i + 32]) for i in range(0, len(pixels), 32)]),
            np.array([labels.index(row.label) for row in unseen]),
            np.array([row.split == "test" for row in unseen]),
        )
    files: dict[str, tuple[bytes, float]] = {}
    for name in (PLAIN, *efforts):
        began = time.perf_counter()
        with captured():
            file = _file(model, representative.pixels, name)
        files[name] = file, time.perf_counter() - began
    latency = _latencies({name: file for name, (file, _) in files.items()}, images.pixels[0])
    for name, (file, seconds) in files.items():
        print(f"{seed:4d}  {name:9s}  {_figures(file, images)}  {seconds:7.1f}  {latency[name] / latency[PLAIN]:7.2f}")


def _unseen(rows: tuple[SplitRow, ...], seen: set[str]) -> tuple[SplitRow, ...]:
    return tuple(row for row in rows if row.sha256 not in seen)


def _file(model: FloatModel, pixels: np.ndarray, name: str) -> bytes:
    if name == PLAIN:
        return tflite_int8_from_model(model, pixels)
    corrected = corrected_model(model.held, pixels, effort=name)
    return tflite_from_ranges(corrected.model, corrected.ranges)


def _figures(file: bytes, images: Images) -> str:
    given = answers(file, images.pixels)
    labels, wanted = given.argmax(axis=1), images.wanted.argmax(axis=1)
    test = images.is_test
    top1, reference = ((found[test] == images.truth[test]).mean() for found in (labels, wanted))
    return (
        f"{(labels == wanted)[test].mean():10.4f}  {top1:.4f}  {reference - top1:+.4f}  "
        f"{(labels == wanted).mean():12.4f}  {np.abs(given - images.wanted)[test].mean():9.5f}"
    )


def _latencies(files: dict[str, bytes], image: np.ndarray) -> dict[str, float]:
    """The least seconds of one invocation of each file, one thread, taken in turns."""
    interpreters = {name: Interpreter(model_content=file, num_threads=1) for name, file in files.items()}
    for interpreter in interpreters.values():
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[np.newaxis])
        interpreter.invoke()
    taken: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(ROUNDS):
        for name, interpreter in interpreters.items():
            began = time.perf_counter()
            interpreter.invoke()
            taken[name].append(time.perf_counter() - began)
    return {name: min(times) for name, times in taken.items()}


if __name__ == "__main__":
    main()
