"""Whether this processor has the instructions that a library was built with: asked before the library is imported.

A library that meets an instruction which the processor lacks ends the process by a signal (SIGILL), and no Python code
can say why.
"""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...errors import MissingDependencyError
from ...machine import processor, text_of
from ...optional_imports import version_of
from ...suggestion import named

_CPUINFO = Path("/proc/cpuinfo")
_X86 = frozenset({"x86_64", "AMD64"})
_ARM = frozenset({"aarch64", "arm64"})
_LSE = "atomics"
"""Linux's name of ARMv8.1's atomic instructions; a Cortex-A53 or A72 (Raspberry Pi 3 and 4) has none."""


@dataclass(frozen=True)
class Needs:
    """What one library's published wheels need of a processor.

    Attributes:
        package: the distribution.
        machines: `platform.machine()` of those that this holds for.
        flags: as /proc/cpuinfo names them.
        versions: a pattern that the whole version matches.
        remedy: what to do instead.
    """

    package: str
    machines: frozenset[str]
    flags: frozenset[str]
    versions: str
    remedy: str


NEEDS: tuple[Needs, ...] = (
    # https://www.tensorflow.org/install/pip: since 1.6 binaries use AVX.
    Needs(
        "tensorflow",
        _X86,
        frozenset({"avx"}),
        ".*",
        "run the model with ai-edge-litert or onnxruntime here, and train and convert on another machine",
    ),
    # https://github.com/microsoft/onnxruntime/issues/23957: ends on a Raspberry Pi 4 when imported; 1.22 does not.
    Needs("onnxruntime", _ARM, frozenset({_LSE}), r"1\.21\.0", "pip install 'onnxruntime!=1.21.0'"),
)

_USUAL = {machine: frozenset({"avx2", "fma"}) for machine in _X86} | {machine: frozenset({_LSE}) for machine in _ARM}
"""What the processors have that wheels are tried on; one that lacks some of it is tried in a process of its own."""


def flags_of(cpuinfo: str) -> frozenset[str]:
    """The features that every processor in /proc/cpuinfo's text has; empty where the text names none."""
    lines = re.findall(r"^(?:flags|Features)\s*:(.*)$", cpuinfo, re.MULTILINE)
    return frozenset.intersection(*(frozenset(line.split()) for line in lines)) if lines else frozenset()


@cache
def flags_here() -> frozenset[str]:
    """Those of this machine; empty where the system does not tell."""
    return flags_of(text_of(_CPUINFO) or "")


def check_instructions(
    package: str, *, version: str | None = None, flags: frozenset[str] | None = None, machine: str | None = None
) -> None:
    """Sees that the processor has what the library needs, as far as that is known.

    Args:
        package: the distribution that is about to be imported.
        version: of it; the installed one if not given.
        flags: of the processor; this machine's if not given. Where there are none, nothing is known.
        machine: as `platform.machine()` has it; this one if not given.

    Raises:
        MissingDependencyError: it lacks some; the sentence names them, the library and what to do.
    """
    flags = flags_here() if flags is None else flags
    machine = machine or platform.machine()
    rows = [row for row in NEEDS if row.package == package and machine in row.machines and row.flags - flags]
    if not rows or not flags:
        return
    installed = version or version_of(package) or ""
    for row in rows:
        if re.fullmatch(row.versions, installed):
            raise MissingDependencyError(
                f"{package} {installed} needs a processor with {named(sorted(row.flags - flags))}, which this one "
                f"({processor()}) does not have: it would end the process; {row.remedy}"
            )


def is_unusual(flags: frozenset[str] | None = None, machine: str | None = None) -> bool:
    """Whether this processor lacks what nearly all have that the libraries are tried on."""
    flags = flags_here() if flags is None else flags
    return bool(flags and _USUAL.get(machine or platform.machine(), frozenset()) - flags)


def lacks_lse_atomics(flags: frozenset[str], machine: str | None = None) -> bool:
    """Whether it is an ARM processor without the atomic instructions of ARMv8.1."""
    return (machine or platform.machine()) in _ARM and bool(flags) and _LSE not in flags
