"""Kills `edgewright classify --out` at random moments with SIGKILL, and runs it again: every file must have one row.

    python benchmarks/kill_and_label_on.py MODEL [--moments 100] [--images 400]

Moments fall anywhere between the start of the process and its end; every tenth run is killed twice. What comes out in
the end must be the rows of a run that nobody killed, each once and in the same order. Exit status 1 if it is not.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

_MAIN = "from edgewright_runtime.cli import process_main; process_main()"


def main() -> int:
    """Prints what differed, and a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edgewright-kill-") as name:
        wrong, facts = campaign(options.model, Path(name), options.moments, options.images, seed=options.seed)
    print("\n".join([*wrong, facts]))
    return int(bool(wrong))


def campaign(model: Path, work: Path, moments: int, images: int, *, seed: int) -> tuple[list[str], str]:
    """What differed, a sentence each, and a summary."""
    draw, wrong = random.Random(seed), []
    photos = _photos(work / "photos", images)
    began = time.monotonic()
    wanted = _rows_of(model, photos, work / "whole.jsonl")
    takes_s, left_at = time.monotonic() - began, Counter()
    for number in range(moments):
        suffix = ("jsonl", "csv")[number % 2]
        out = work / f"killed-{number}.{suffix}"
        for _ in range(2 if number % 10 == 9 else 1):
            left_at[_killed(model, photos, out, draw.uniform(0, 1.1 * takes_s))] += 1
        status = _run(model, photos, out)
        found = [json.loads(line) for line in out.read_text().splitlines()] if suffix == "jsonl" else _paths_in(out)
        same = found == wanted if suffix == "jsonl" else found == [row["path"] for row in wanted]
        if status != 0 or not same or out.with_name(out.name + ".partial").exists():
            wrong.append(f"{out.name}: status {status}, {len(found)} rows of {len(wanted)}")
    return wrong, f"{moments} moments, uninterrupted {takes_s:.1f} s, killed {dict(left_at)}, {len(wrong)} wrong"


def _photos(folder: Path, images: int) -> Path:
    folder.mkdir()
    draw = np.random.default_rng(0)
    for number in range(images):
        values = draw.integers(0, 256, (12, 16, 3), np.uint8)
        Image.fromarray(values).resize((160, 120)).save(folder / f"{number:04}, 'photo'.jpg")
    return folder


def _command(model: Path, photos: Path, out: Path) -> list[str]:
    command = [sys.executable, "-c", _MAIN, "classify", str(model), str(photos), "--out", str(out), "--workers", "2"]
    return [*command, "--top-k", "1"]


def _run(model: Path, photos: Path, out: Path) -> int:
    return subprocess.run(_command(model, photos, out), capture_output=True, check=False).returncode


def _rows_of(model: Path, photos: Path, out: Path) -> list[dict]:
    if _run(model, photos, out) != 0:
        raise SystemExit("the run that nobody kills has failed")
    return [json.loads(line) for line in out.read_text().splitlines()]


def _killed(model: Path, photos: Path, out: Path, moment_s: float) -> str:
    """Where the run was when it was killed."""
    with subprocess.Popen(
        _command(model, photos, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(moment_s)
        process.send_signal(signal.SIGKILL)
    if out.exists():
        return "after its end"
    return "while it wrote" if out.with_name(out.name + ".partial").exists() else "before its first row"


def _paths_in(out: Path) -> list[str]:
    import csv

    with out.open(newline="") as file:
        return [row["path"] for row in csv.DictReader(file)]


if __name__ == "__main__":
    sys.exit(main())
