"""This machine: what does not change while something is measured on it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


@dataclass(frozen=True)
class Machine:
    """A machine, as far as it matters to a latency.

    Attributes:
        processor: its name.
        architecture: such as `x86_64` or `aarch64`.
        cores: that this process may use.
        governor: of the CPU's clock; None where there is none to ask.
        system: kernel and its release.
        python: version.
    """

    processor: str
    architecture: str
    cores: int
    governor: str | None
    system: str
    python: str


def machine() -> Machine:
    """This machine."""
    return Machine(
        processor=processor(),
        architecture=platform.machine(),
        cores=cores(),
        governor=text_of(_GOVERNOR),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The processor's name."""
    for line in (text_of(Path("/proc/cpuinfo")) or "").splitlines():
        if line.startswith(("model name", "Model")):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def text_of(path: Path) -> str | None:
    """What a file of the kernel says; None where it says nothing or is not there."""
    try:
        return path.read_text().strip() or None
    except OSError:
        return None
