"""From typing `edgewright classify` to a label: processor time and memory, against the script that people write.

    python -m benchmarks.peers.cold_start --run runs/flowers

Edgewright is installed as on a board, into environments of its own below build/, without and with the extra `fast`.
Both and the script label one photo of 640 x 480, each in a process of its own, in turn.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from edgewright_runtime import Classifier, EdgewrightError

from .environments import python_with
from .photos import SIZES, clear_photos
from .table import COLD_START, written_into

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = Path(__file__).with_name("script.py")
_WARM_UP = 2
# In a small process of its own: a child's peak includes what its parent held when it was started.
_MEASURED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
_TITLES = ("script: numpy, Pillow, ai-edge-litert", "`edgewright classify`", "the same with the extra `fast`")


def main() -> int:
    """Prints a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="run folder with a tflite-int8 model")
    parser.add_argument("--calls", type=int, default=21)
    parser.add_argument("--environments", type=Path, default=Path("build/peers"))
    parser.add_argument("--write", type=Path, help="Markdown file whose table is replaced")
    options = parser.parse_args()
    try:
        text = _table(options)
        if options.write is not None:
            written_into(options.write, text, COLD_START)
    except (EdgewrightError, RuntimeError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(text)
    return 0


def _table(options: argparse.Namespace) -> str:
    classifier = Classifier.open(options.run, format="tflite-int8")
    plain, fast = (
        _installed(options.environments.absolute() / "-".join(extras), extras) for extras in (("pi",), ("pi", "fast"))
    )
    with tempfile.TemporaryDirectory(prefix="edgewright-cold-") as folder:
        photo = clear_photos(options.run, classifier, Path(folder), count=1)[list(SIZES)[-1]][0]
        labels = options.run / "labels.txt"
        commands = (
            [plain, _SCRIPT, classifier.path, labels, photo],
            *([python.parent / "edgewright", "classify", options.run, photo] for python in (plain, fast)),
        )
        figures = _in_turn([[str(word) for word in command] for command in commands], options.calls)
    first = figures[0]
    rows = [
        f"| {title} | {seconds / first[0]:.2f} | {megabytes / first[1]:.2f} |"
        for title, (seconds, megabytes) in zip(_TITLES, figures, strict=True)
    ]
    return "\n".join(["| | processor time | peak memory |", "|---|---|---|", *rows])


def _installed(folder: Path, extras: tuple[str, ...]) -> Path:
    """The Python of an environment that holds Edgewright as it is now, with these extras."""
    python = python_with(folder, f"{_ROOT}[{','.join(extras)}]")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "--no-deps", "--force-reinstall", str(_ROOT)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"Edgewright cannot be installed into {folder}: {done.stderr.strip().splitlines()[-1:]}")
    return python


def _in_turn(commands: list[list[str]], calls: int) -> list[tuple[float, float]]:
    """Of each command, the medians of its processor time in seconds and of its peak memory in units of 2^20 bytes."""
    samples: list[list[tuple[float, float]]] = [[] for _ in commands]
    for turn in range(_WARM_UP + calls):
        for command, own in zip(commands, samples, strict=True):
            usage = _usage(command)
            if turn >= _WARM_UP:
                own.append(usage)
    return [(median(seconds), median(megabytes)) for seconds, megabytes in (zip(*own, strict=True) for own in samples)]


def _usage(command: list[str]) -> tuple[float, float]:
    """Processor time in seconds and peak memory in units of 2^20 bytes of a process."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _MEASURED, *command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    seconds, kilobytes = done.stdout.split()
    return float(seconds), float(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
