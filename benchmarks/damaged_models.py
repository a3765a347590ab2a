"""Damages model files and what lies beside them: each must be refused in a sentence, or answer as it did.

    python benchmarks/damaged_models.py RUN IMAGES [--damages 500] [--seed 0] [--bare]

RUN is a run folder with converted formats, IMAGES a folder of photographs. Bytes of its .tflite and .onnx files,
contract, labels, temperature and manifest are zeroed, flipped, cut off or overwritten, one file at a time, and then
`edgewright classify` labels some images with what is left. It must end with status 1, 2 or 3 and one sentence, or with
the rows of the whole file; within ten seconds, with less than a gigabyte. With --bare no manifest lies beside the
files. Exit status 1 if one damage was taken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LONGEST_S = 10.0
MOST_BYTES = 1 << 30
_IMAGES = 4
_CLOSE = 1e-6
_PEAK = "EDGEWRIGHT_BENCHMARK_PEAK"
_MAIN = f"""
import os
from edgewright_runtime.cli import main
try:
    main()
finally:
    with open("/proc/self/status") as status, open(os.environ["{_PEAK}"], "w") as peak:
        peak.writelines(line for line in status if line.startswith("VmHWM"))
"""
"""What rusage has of a process begins with that of the one that started it."""
_BESIDE = ("labels.txt", "preprocessing.json", "temperature.json")


def main() -> int:
    """Prints what was taken, and a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("--damages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    images = sorted(path for path in options.images.rglob("*") if path.suffix.lower() in {".jpg", ".png"})[:_IMAGES]
    with tempfile.TemporaryDirectory(prefix="edgewright-damaged-") as name:
        found = campaign(options.run, images, Path(name), options.damages, seed=options.seed, bare=options.bare)
    for each in found:
        if each.is_wrong:
            print(f"{each.where}: {each.verdict}")
    for verdict, count in sorted(Counter(each.kind for each in found).items()):
        print(f"{count:>4} {verdict}")
    print(
        f"slowest {max(each.took_s for each in found):.2f} s, peak {max(each.peak for each in found) / 2**20:.0f} MiB"
    )
    return int(any(each.is_wrong for each in found))


@dataclass(frozen=True)
class Found:
    """What came of one damage.

    Attributes:
        where: the file and how it was damaged.
        verdict: `refused`, `same answers`, or what is wrong.
        took_s: seconds.
        peak: bytes of memory.
    """

    where: str
    verdict: str
    took_s: float
    peak: int

    @property
    def is_wrong(self) -> bool:
        """Whether the damage was taken, or ended the process."""
        return self.verdict not in {"refused", "same answers"}

    @property
    def kind(self) -> str:
        """For the summary: the file's kind and the verdict."""
        return f"{self.where.split(':')[0]}: {self.verdict.split(':')[0]}"


def campaign(run: Path, images: list[Path], work: Path, damages: int, *, seed: int, bare: bool) -> list[Found]:
    """What came of so many damages, the files in turn."""
    draw, found = random.Random(seed), []
    place = _copied(run, work / "model", bare=bare)
    models = [path for path in place.rglob("*") if path.suffix in {".tflite", ".onnx"}]
    whole = {model: _answers(model, images) for model in sorted(models)}
    for model, (status, rows, stderr, *_) in whole.items():
        if status != 0 or rows is None:
            raise SystemExit(f"{model} does not run before it is damaged: {stderr}")
    targets = [(path, path) for path in whole] + [(path, next(iter(whole))) for path in _beside(place)]
    weights = [4 if path.suffix in {".tflite", ".onnx"} else 1 for path, _ in targets]
    for _ in range(damages):
        path, model = draw.choices(targets, weights)[0]
        found.append(_one(path, model, images, whole[model][1], draw))
    return found


def _copied(run: Path, to: Path, *, bare: bool) -> Path:
    to.mkdir(parents=True)
    for name in (*_BESIDE, *(() if bare else ("manifest.json",))):
        if (run / name).is_file():
            shutil.copyfile(run / name, to / name)
    for path in sorted(run.glob("*/*")):
        if path.suffix in {".tflite", ".onnx"}:
            (to / path.parent.name).mkdir(exist_ok=True)
            shutil.copyfile(path, to / path.parent.name / path.name)
    return to


def _beside(place: Path) -> list[Path]:
    return [place / name for name in (*_BESIDE, "manifest.json") if (place / name).is_file()]


def _one(path: Path, model: Path, images: list[Path], wanted: list | None, draw: random.Random) -> Found:
    before = path.read_bytes()
    how, damage = draw.choice(list(DAMAGES.items()))
    after = damage(bytearray(before), draw)
    path.write_bytes(after)
    try:
        status, rows, stderr, took_s, peak = _answers(model, images)
    finally:
        path.write_bytes(before)
    where = f"{path.suffix}: {path.name}, {how}"
    verdict = "same answers" if after == before else _verdict(status, rows, stderr, wanted)
    if took_s > LONGEST_S or peak > MOST_BYTES:
        verdict = f"COSTLY: {took_s:.1f} s, {peak / 2**20:.0f} MiB"
    return Found(where, verdict, took_s, peak)


def _verdict(status: int, rows: list | None, stderr: str, wanted: list | None) -> str:
    if status in {1, 2, 3}:
        lines = [line for line in stderr.splitlines() if not line.startswith(("Warning: ", "Note: "))]
        one = len(lines) == 1 and lines[0].startswith("Error: ")
        return "refused" if one else f"NO SENTENCE: {stderr[-300:]!r}"
    if status != 0:
        return f"DEATH: status {status}, {stderr[-300:]!r}"
    return "same answers" if _alike(rows, wanted) else f"TAKEN: {_shown(rows)} for {_shown(wanted)}"


def _alike(rows: list | None, wanted: list | None) -> bool:
    if rows is None or wanted is None or len(rows) != len(wanted):
        return False
    pairs = [(a, b) for row, other in zip(rows, wanted, strict=True) for a, b in zip(row, other, strict=True)]
    return all(a[0] == b[0] and abs(a[1] - b[1]) <= _CLOSE for a, b in pairs)


def _shown(rows: list | None) -> str:
    return "nothing" if rows is None else ", ".join(f"{row[0][0]} {row[0][1]:.4f}" for row in rows[:2])


def _answers(model: Path, images: list[Path]) -> tuple[int, list | None, str, float, int]:
    command = [sys.executable, "-c", _MAIN, "classify", str(model), *map(str, images), "--json", "--threads", "1"]
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("r") as peak_file:
        done = subprocess.run(
            ["timeout", "60", *command], capture_output=True, check=False, env={**os.environ, _PEAK: peak_file.name}
        )
        took_s = time.monotonic() - began
        peak = sum(int(word) * 1024 for word in peak_file.read().split() if word.isdigit())
    text, stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    try:
        rows = [[(p["label"], p["probability"]) for p in row["predictions"]] for row in json.loads(text)]
    except (ValueError, KeyError, TypeError):
        rows = None
    kept = [line for line in stderr.splitlines() if not line.startswith("(")]
    return done.returncode, rows, "\n".join(kept), took_s, peak


Damage = Callable[[bytearray, random.Random], bytes]


def _region(data: bytearray, draw: random.Random) -> slice:
    size = min(len(data), draw.choice([1, 16, 256, 4096, len(data) // 4 + 1]))
    start = draw.randrange(len(data) - size + 1)
    return slice(start, start + size)


def _zeroed(data: bytearray, draw: random.Random) -> bytes:
    place = _region(data, draw)
    data[place] = bytes(place.stop - place.start)
    return bytes(data)


def _noise(data: bytearray, draw: random.Random) -> bytes:
    place = _region(data, draw)
    data[place] = draw.randbytes(place.stop - place.start)
    return bytes(data)


def _flipped(data: bytearray, draw: random.Random) -> bytes:
    for _ in range(draw.choice([1, 8, 100])):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def _cut(data: bytearray, draw: random.Random) -> bytes:
    return bytes(data[: draw.randrange(len(data))])


def _longer(data: bytearray, draw: random.Random) -> bytes:
    return bytes(data) + draw.randbytes(draw.choice([1, 100, 4096]))


def _moved(data: bytearray, draw: random.Random) -> bytes:
    place = _region(data, draw)
    del data[place]
    return bytes(data)


DAMAGES: dict[str, Damage] = {
    "zeroed": _zeroed,
    "noise": _noise,
    "bits flipped": _flipped,
    "cut off": _cut,
    "longer": _longer,
    "a piece taken out": _moved,
}


if __name__ == "__main__":
    sys.exit(main())
