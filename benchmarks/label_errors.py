"""Labels swapped at random, and how many of them `edgewright inspect` finds; prints a line for each seed.

python benchmarks/label_errors.py FOLDER [--weights FILE] [--share 0.1] [--seeds 3]
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path

import numpy as np

from edgewright_runtime.dataset import list_files
from edgewright_train.inspection import InspectOptions, inspect_dataset


def main() -> None:
    """Prints precision and recall for each seed, and their means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", default="none")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    rows = [found(chosen.folder, chosen.weights, chosen.share, seed) for seed in range(chosen.seeds)]
    for seed, (accuracy, precision, recall) in enumerate(rows):
        print(
            f"seed {seed}: the probe names {accuracy:.0%}; precision {precision:.2f}, recall {recall:.2f}", flush=True
        )
    accuracy, precision, recall = np.mean(rows, axis=0)
    print(f"mean: the probe names {accuracy:.0%}; precision {precision:.2f}, recall {recall:.2f}")


def found(folder: Path, weights: str, share: float, seed: int) -> tuple[float, float, float]:
    """The probe's accuracy, and precision and recall of the swapped labels."""
    files = list_files(folder.absolute()).files
    names = sorted({file.label for file in files})
    generator = np.random.default_rng(seed)
    swapped = {files[place].path for place in generator.permutation(len(files))[: round(share * len(files))]}
    with tempfile.TemporaryDirectory() as holder:
        table = Path(holder) / "swapped.csv"
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("filepath", "label"))
            for each in files:
                others = [name for name in names if name != each.label]
                writer.writerow((each.path, str(generator.choice(others)) if each.path in swapped else each.label))
        probed = inspect_dataset(table, InspectOptions(weights=weights)).probed
    told = {each.path for each in probed.errors}
    right = len(told & swapped)
    return probed.accuracy, right / max(1, len(told)), right / len(swapped)


if __name__ == "__main__":
    main()
