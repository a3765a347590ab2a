"""Does the doctor find what is wrong, and is it silent where nothing is? Faults are planted, each with several seeds.

    python benchmarks/planted_faults.py DATA WEIGHTS [--seeds 5] [--healthy 10] [--only PART,...] [--before] [--out F]

DATA is a folder of classes, WEIGHTS a file of MobileNetV2's weights of alpha 0.35. Small sets are drawn from DATA. The
table that is printed has a row for each kind of fault: how often it was found and named, and what else was said.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from planted_cases import FAULTS, Place, Planted, healthy

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.diagnosis import FILE_NAME, read_diagnosis
from edgewright_train.doctor import DoctorOptions, examine
from edgewright_train.options import TrainOptions
from edgewright_train.pipeline import train_run


def findings_of(case: Planted, folder: Path, seed: int) -> dict[str, str]:
    """What is found: the evidence by code."""
    with case.around or nullcontext():
        if not case.trained:
            options = DoctorOptions(
                recipe=case.recipe, weights=case.weights, seed=seed, model=case.model, data_only=case.data_only
            )
            return {each.code: each.evidence for each in examine(case.data, options).diagnosis.findings}
        try:
            train_run(case.data, folder / "run", TrainOptions(case.recipe, weights=case.weights, seed=seed))
        except EdgewrightError as error:
            print(f"    {error}")
    return {each.code: each.evidence for each in read_diagnosis(folder / "run" / FILE_NAME).findings}


def main(arguments: argparse.Namespace) -> None:
    lines = ["| planted | code | found and named | what else was said |", "|---|---|---|---|"]
    print("\n".join(lines))
    everything = Counter[bool]()
    asked = arguments.only.split(",")
    for name, code, make in FAULTS[arguments.skip :]:
        if not any(part in f"{name} {code}" for part in asked) or (arguments.before and name.startswith("trained")):
            continue
        found, line = _found(name, code, make, arguments)
        everything.update({True: found, False: arguments.seeds - found})
        lines.append(line)
    total = everything.total()
    if total:
        lines.append(f"\nFound and named: {everything[True]} of {total} ({everything[True] / total:.1%}).")
        print(lines[-1])
    silent, runs = _healthy_runs(arguments, lines)
    lines.append(f"Healthy runs without a word: {silent} of {runs} (each examined before and judged after a training).")
    print(lines[-1])
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n")


def _found(name: str, code: str, make: Callable[[Place], Planted], arguments: argparse.Namespace) -> tuple[int, str]:
    """With how many seeds the fault was found, and the table's line, which is printed too."""
    found, others, evidence, began = 0, Counter[str](), "", time.perf_counter()
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(arguments.data, arguments.weights, Path(folder), seed)
            told = findings_of(make(place), Path(folder), seed)
        found += code in told
        others.update(set(told) - {code})
        evidence = evidence or told.get(code, "")
    said = ", ".join(f"{other} {count}" for other, count in others.most_common())
    line = f"| {name} | `{code}` | {found} of {arguments.seeds} | {said} |"
    seconds = (time.perf_counter() - began) / max(arguments.seeds, 1)
    print(f"    such as: {evidence.replace(tempfile.gettempdir(), '')}")
    print(f"{line}  {seconds:.1f} s each", flush=True)
    return found, line


def _healthy_runs(arguments: argparse.Namespace, lines: list[str]) -> tuple[int, int]:
    silent = 0
    for seed in range(100, 100 + arguments.healthy):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(arguments.data, arguments.weights, Path(folder), seed)
            case = healthy(place)
            began = time.perf_counter()
            before = findings_of(case, Path(folder), seed)
            after = findings_of(replace(case, trained=True), Path(folder), seed)
            codes = set(before | after)
        silent += not codes
        print(
            f"healthy {seed}: {', '.join(sorted(codes)) or 'nothing'}  {time.perf_counter() - began:.1f} s", flush=True
        )
        if codes:
            lines.append(f"Healthy run {seed}: {', '.join(sorted(codes))}.")
    return silent, arguments.healthy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--healthy", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--before", action="store_true", help="only faults that the doctor finds before a training")
    parser.add_argument("--skip", type=int, default=0, help="leave the first so many rows out")
    parser.add_argument("--out", type=Path)
    main(parser.parse_args())
