"""Eight threads label 10,000 times and the process ends cleanly: `python benchmarks/eight_threads.py RUN [--calls N]`.

Each format of RUN that runs here is opened in a process of its own, once with one classifier for all threads and once
with one for each. Every answer is compared with that of a single thread. Exit status 1 where one differs or a process
dies.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path

THREADS = 8
_SEED = 0


def label_in_threads(run: Path, format_name: str, *, calls: int, shared: bool) -> tuple[int, float]:
    """How many answers differed from those of a single thread, and the seconds that all calls took."""
    import numpy as np

    from edgewright_runtime import Classifier

    def opened() -> Classifier:
        return Classifier.open(run, format=format_name, threads=1)

    first = opened()
    contract = first.preprocessing
    shape = (THREADS, 1, contract.height, contract.width, contract.channels)
    images = np.random.default_rng(_SEED).integers(0, 256, shape, dtype=np.uint8)
    expected = [first.probabilities(image) for image in images]
    wrong = [0] * THREADS

    def work(thread: int) -> None:
        classifier = first if shared else opened()
        for call in range(calls // THREADS):
            image = (thread + call) % THREADS
            wrong[thread] += not np.array_equal(classifier.probabilities(images[image]), expected[image])

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(wrong), time.perf_counter() - began


def formats_here(run: Path) -> tuple[str, ...]:
    """The converted formats of the run that run on this machine."""
    from edgewright_runtime.evaluation.selection import chosen_formats
    from edgewright_runtime.run.run_folder import open_run

    return chosen_formats(open_run(run), None, with_reference=False).formats


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--format", help="one format, in this process")
    parser.add_argument("--shared", action="store_true", help="with --format: one classifier for all threads")
    given = parser.parse_args()
    if given.format is not None:
        wrong, seconds = label_in_threads(given.run, given.format, calls=given.calls, shared=given.shared)
        print(f"{wrong} answers of {given.calls} differ, {given.calls / seconds:.0f} a second")
        return int(wrong > 0)
    failed = False
    for name in formats_here(given.run):
        for shared in (True, False):
            command = [sys.executable, __file__, str(given.run), "--format", name, "--calls", str(given.calls)]
            done = subprocess.run(
                [*command, *(["--shared"] if shared else [])], capture_output=True, text=True, check=False
            )
            failed |= done.returncode != 0
            how = "one classifier" if shared else "one each"
            print(
                f"{name:15} {how:15} status {done.returncode}: {done.stdout.strip() or done.stderr.strip()}", flush=True
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
