"""Kills trainings at random moments with SIGKILL, goes on with them, and compares what they end with.

    python benchmarks/kill_and_resume.py --moments 40

A small data set is trained once without interruption. Then, for each moment, the same training is started in a new
folder, killed at a random point of its run time, and gone on with by `--resume` (started again where no epoch had
ended). Every training is `--deterministic`, so that all must end with the same bytes of weights and the same history.
Moments fall into imports, decoding, graph building, epochs, checkpoints, scoring and publishing as they come. Exit
status 1 if one training ends with something else.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

_MAIN = "from edgewright_runtime.cli import main; main()"
_CHECKPOINT = Path(".checkpoint", "training.npz")


def main() -> int:
    """Prints a line per moment and a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long, however many are done")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--epochs", default="6,6", help="of the head, and of the phase that trains all layers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edgewright-kill-") as name:
        return _campaign(Path(name), options)


def _campaign(folder: Path, options: argparse.Namespace) -> int:
    draw, began = random.Random(options.seed), time.monotonic()
    arguments = _training(folder, options.epochs)
    started = time.monotonic()
    if _run([*arguments, "--out", str(folder / "whole")]) != 0:
        raise SystemExit("the training that nobody interrupts has failed")
    takes_s, wanted = time.monotonic() - started, _result(folder / "whole")
    print(f"uninterrupted: {takes_s:.1f} s", flush=True)
    found: Counter[str] = Counter()
    for number in range(options.moments):
        if time.monotonic() - began > options.minutes * 60:
            break
        out, moment_s = folder / f"killed-{number}", draw.uniform(0, takes_s)
        where = _killed([*arguments, "--out", str(out)], out, moment_s)
        status = _finished(arguments, out)
        verdict = "same" if status == 0 and _result(out) == wanted else f"OTHER (status {status})"
        found[f"{verdict}, killed {where}"] += 1
        print(f"{number + 1:>3}. killed after {moment_s:5.1f} s, {where}: {verdict}", flush=True)
    print("\n".join(f"{count:>4} {what}" for what, count in sorted(found.items())))
    return int(any(not what.startswith("same") for what in found))


def _training(folder: Path, epochs: str) -> list[str]:
    """A data set of 60 pictures in three classes and a recipe that trains them in seconds; the arguments of `train`."""
    draw = np.random.default_rng(0)
    for place, label in enumerate(("blue", "green", "red")):
        (folder / "photos" / label).mkdir(parents=True)
        for number in range(20):
            values = draw.integers(0, 120, (40, 40, 3))
            values[:, :, place] += 60
            Image.fromarray(values.astype(np.uint8)).save(folder / "photos" / label / f"{number:02}.png")
    (folder / "tiny.toml").write_text(
        'base = "flowers"\nalpha = 0.35\ninput_size = 32\nbatch_size = 8\n\n[fine_tune]\nunfreeze_layers = 12\n'
    )
    _random_weights(folder / "backbone.weights.h5")
    return [
        "train", str(folder / "photos"), "--recipe", str(folder / "tiny.toml"), "--epochs", epochs, "--deterministic",
        "--weights", str(folder / "backbone.weights.h5"),
    ]  # fmt: skip


def _random_weights(path: Path) -> None:
    code = (
        "import keras, sys; keras.utils.set_random_seed(7); "
        "keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False, alpha=0.35, weights=None)"
        ".save_weights(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True)


def _process(arguments: list[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.Popen(
        [sys.executable, "-c", _MAIN, *arguments],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _run(arguments: list[str]) -> int:
    return _process(arguments).wait()


def _killed(arguments: list[str], out: Path, after_s: float) -> str:
    """Starts the training and kills it; says where that was."""
    process = _process(arguments)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    if process.returncode == 0:
        return "when it had ended"
    if not (out / _CHECKPOINT).exists():
        return "before the first epoch had ended"
    epochs = list(csv.DictReader((out / ".checkpoint" / "history.csv").open())) if _has_history(out) else []
    return f"in phase {epochs[-1]['phase']}" if epochs else "in the first epoch's checkpoint"


def _has_history(out: Path) -> bool:
    return (out / ".checkpoint" / "history.csv").exists()


def _finished(arguments: list[str], out: Path) -> int:
    """Goes on where that can be, else starts again; the exit status."""
    more = ["--resume"] if (out / _CHECKPOINT).exists() or (out / "model.keras").exists() else []
    return _run([*arguments, "--out", str(out), *more])


def _result(out: Path) -> tuple[str, list[dict[str, str]]]:
    """The hash of the weights, and the history but for its seconds."""
    with zipfile.ZipFile(out / "model.keras") as file:
        weights = _hash_of_arrays(file.read("model.weights.h5"))
    with (out / "history.csv").open() as file:
        rows = [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]
    return weights, rows


def _hash_of_arrays(content: bytes) -> str:
    import io

    import h5py

    found = hashlib.sha256()
    with h5py.File(io.BytesIO(content)) as file:
        file.visititems(lambda _, item: found.update(item[()].tobytes()) if isinstance(item, h5py.Dataset) else None)
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
