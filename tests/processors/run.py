"""The numeric tests as other processors compute: `make test-processors`, or `run.py NAME ...` for some environments.

The same numbers are added in another order by another instruction set, another kernel or another number of threads.
Each environment is one such way; `in_effect.py` first proves that the libraries take it, and it is an error if they do
not. Every one runs the tests marked `numeric`, but for whole chains, in a pytest of its own. The result is a table, and
status 1 if anything failed; what this machine has no means for is listed with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "processors"
OLDER_CPUID = BUILD / "older_cpuid.so"

# What would reach into an environment from the shell that started this.
OWN = ("ONEDNN_", "DNNL_", "TF_", "OMP_", "OPENBLAS_", "NPY_", "LD_PRELOAD", "OLDER_CPUID", "EDGEWRIGHT_TEST_")


@dataclass(frozen=True)
class Environment:
    """A way to compute.

    Attributes:
        name: of one word.
        variables: that bring it about.
        expected: what `in_effect.py` must find, by key; keys left out are not looked at.
        one_core: run on the first core alone, which libraries take for all there is.
        x86: it is one of an x86 processor.
    """

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    one_core: bool = False
    x86: bool = False


def older(processor: str) -> dict[str, str]:
    """The variables that make every library see an older processor; see older_cpuid.c."""
    return {"LD_PRELOAD": str(OLDER_CPUID), "OLDER_CPUID": processor}


ENVIRONMENTS = (
    Environment("here"),
    Environment("onednn-sse41", {"ONEDNN_MAX_CPU_ISA": "SSE41"}, {"isa": "Intel SSE4.1"}, x86=True),
    Environment("onednn-avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, {"isa": "Intel AVX2"}, x86=True),
    Environment("onednn-off", {"TF_ENABLE_ONEDNN_OPTS": "0"}, {"convolutions": False}),
    Environment("xnnpack-off", {"EDGEWRIGHT_TEST_XNNPACK": "0"}, {"xnnpack": False}),
    Environment(
        "one-thread",
        {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"},
        {"threads": 1, "cores": 1},
        one_core=True,
    ),
    Environment("two-threads", {"TF_NUM_INTRAOP_THREADS": "2", "OMP_NUM_THREADS": "2"}, {"threads": 2}),
    Environment(
        "numpy-baseline",
        {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Nehalem"},
        {"numpy": []},
        x86=True,
    ),
    Environment("haswell", older("haswell"), {"isa": "Intel AVX2", "numpy": ["X86_V3"]}, x86=True),
    Environment("ivybridge", older("ivybridge"), {"isa": "Intel AVX", "numpy": []}, x86=True),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one environment: `failed` names the tests, and `note` says why none ran."""

    name: str
    computed_by: str = ""
    tests: int = 0
    skipped: int = 0
    failed: tuple[str, ...] = ()
    minutes: float = 0.0
    note: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [each.name for each in ENVIRONMENTS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names)}; all, if none is named")
    wanted = parser.parse_args().names or names
    if unknown := set(wanted) - set(names):
        parser.error(f"no environment {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    BUILD.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for environment in (each for each in ENVIRONMENTS if each.name in wanted):
        print(f"\n=== {environment.name}", flush=True)
        outcomes.append(outcome_of(environment))
    print("\n" + "\n".join(lines_of(outcomes)))
    return 1 if any(each.failed for each in outcomes) else 0


def outcome_of(environment: Environment) -> Outcome:
    if why_not := hindrance(environment):
        print(why_not)
        return Outcome(environment.name, note=why_not)
    found = in_effect(environment)
    computed_by = ", ".join(f"{key} {value}" for key, value in found.items())
    print(computed_by, flush=True)
    wrong = tuple(
        f"{key} is {found[key]}, not {value}" for key, value in environment.expected.items() if found[key] != value
    )
    if wrong:
        return Outcome(environment.name, computed_by, failed=wrong)
    return tested(environment, computed_by)


def hindrance(environment: Environment) -> str:
    """Why this machine cannot run the environment, as a phrase; else empty."""
    if environment.x86 and platform.machine() not in {"x86_64", "AMD64"}:
        return "not run: for x86 processors"
    if environment.one_core and shutil.which("taskset") is None:
        return "not run: takes taskset"
    return "" if "LD_PRELOAD" not in environment.variables else _hindrance_to_older(environment)


def _hindrance_to_older(environment: Environment) -> str:
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return "not run: takes Linux and a C compiler (cc)"
    source = HERE / "older_cpuid.c"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", OLDER_CPUID, source, "-ldl"], check=True)
    if subprocess.run(["true"], env=variables_of(environment), check=False).returncode:
        return "not run: this processor or system does not let CPUID fault"
    return ""


def variables_of(environment: Environment) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    return {**inherited, "TF_CPP_MIN_LOG_LEVEL": "2", **environment.variables}


def command_of(environment: Environment, *arguments: str | Path) -> list[str]:
    cores = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))] if environment.one_core else []
    return [*cores, sys.executable, *map(str, arguments)]


def in_effect(environment: Environment) -> dict[str, Any]:
    command = command_of(environment, HERE / "in_effect.py")
    done = subprocess.run(command, env=variables_of(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"in_effect.py ended with status {done.returncode}:\n{done.stderr}")
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found.pop("onednn"), **found}


def tested(environment: Environment, computed_by: str) -> Outcome:
    report = BUILD / f"{environment.name}.xml"
    report.unlink(missing_ok=True)
    options = ["-m", "numeric and not e2e and not backbones", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
    began = time.monotonic()
    done = subprocess.run(
        command_of(environment, "-m", "pytest", *options), cwd=ROOT, env=variables_of(environment), check=False
    )
    minutes = (time.monotonic() - began) / 60
    if not report.is_file():
        return Outcome(environment.name, computed_by, failed=(f"pytest ended with status {done.returncode}",))
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    names = tuple(f"{case.get('classname')}::{case.get('name')}" for case in failed)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Outcome(environment.name, computed_by, len(cases), skipped, names, minutes)


def lines_of(outcomes: list[Outcome]) -> list[str]:
    lines = [f"{'environment':16} {'tests':>5} {'skipped':>7} {'failed':>6} {'minutes':>7}  computed by"]
    for each in outcomes:
        counts = f"{each.tests:5} {each.skipped:7} {len(each.failed):6} {each.minutes:7.1f}"
        lines.append(f"{each.name:16} {counts}  {each.note or each.computed_by}")
    lines += [f"FAILED in {each.name}: {name}" for each in outcomes for name in each.failed]
    return lines


if __name__ == "__main__":
    sys.exit(main())
