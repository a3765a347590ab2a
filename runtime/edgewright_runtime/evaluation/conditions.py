"""What the machine was like while something was measured on it."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

_CPU = Path("/sys/devices/system/cpu")
_THERMAL = Path("/sys/class/thermal")


@dataclass(frozen=True)
class Machine:
    """What does not change during a measurement."""

    processor: str
    architecture: str
    cores: int
    governor: str | None
    system: str
    python: str


@dataclass(frozen=True)
class Moment:
    """What may change: None where the machine does not tell.

    Attributes:
        load_average: of the last minute.
        frequency_mhz: the fastest core's clock now.
        temperature_c: the hottest thermal zone.
    """

    load_average: float | None
    frequency_mhz: float | None
    temperature_c: float | None


def machine() -> Machine:
    """This machine."""
    return Machine(
        processor=_processor(),
        architecture=platform.machine(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        governor=_text(_CPU / "cpu0/cpufreq/scaling_governor"),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def moment() -> Moment:
    """This machine now."""
    clocks = [float(text) / 1000 for text in map(_text, _CPU.glob("cpu[0-9]*/cpufreq/scaling_cur_freq")) if text]
    heat = [float(text) / 1000 for text in map(_text, _THERMAL.glob("thermal_zone*/temp")) if text]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return Moment(load, max(clocks, default=None), max(heat, default=None))


def cautions(this: Machine, before: Moment, after: Moment) -> tuple[str, ...]:
    """What makes figures measured here less trustworthy, each with its remedy."""
    found = []
    if this.governor not in {None, "performance"}:
        found.append(
            f"the CPU governor is {this.governor!r}, so the clock follows the load; "
            f"set it with: sudo cpupower frequency-set -g performance"
        )
    if before.load_average is not None and before.load_average > 0.5 * this.cores:
        found.append(
            f"other programs were running (load average {before.load_average:.1f} on {this.cores} cores); "
            f"stop them and measure again"
        )
    if before.frequency_mhz and after.frequency_mhz and after.frequency_mhz < 0.9 * before.frequency_mhz:
        found.append(
            f"the clock fell from {before.frequency_mhz:.0f} to {after.frequency_mhz:.0f} MHz, as it does when the "
            f"chip gets hot; cool it and measure again"
        )
    return tuple(found)


def peak_memory_mb() -> float | None:
    """This process's largest resident size so far, in units of 10^6 bytes.

    Linux's VmHWM belongs to this program alone; getrusage's figure would include what the parent process held when
    it started us.
    """
    status = _text(Path("/proc/self/status"))
    for line in (status or "").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _processor() -> str:
    for line in (_text(Path("/proc/cpuinfo")) or "").splitlines():
        if line.startswith(("model name", "Model")):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip() or None
    except OSError:
        return None
