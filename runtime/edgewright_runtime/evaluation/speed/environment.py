"""What the machine was like while something was measured on it."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ...machine import Machine, text_of

_CPU = Path("/sys/devices/system/cpu")
_THERMAL = Path("/sys/class/thermal")
_TOLERATED_CORES = 0.25
"""A quiet desktop's background; above it, tails (p90, p99) are somebody else's."""


@dataclass(frozen=True)
class Moment:
    """What may change: None where the machine does not tell.

    Attributes:
        at_seconds: on a clock that only rises.
        busy_seconds: of all cores and all programs since the machine started.
        own_seconds: of this process since it started.
        frequency_mhz: the fastest core's clock now.
        temperature_c: the hottest thermal zone.
    """

    at_seconds: float
    busy_seconds: float | None
    own_seconds: float
    frequency_mhz: float | None
    temperature_c: float | None


def moment() -> Moment:
    """This machine now."""
    clocks = [float(text) / 1000 for text in map(text_of, _CPU.glob("cpu[0-9]*/cpufreq/scaling_cur_freq")) if text]
    heat = [float(text) / 1000 for text in map(text_of, _THERMAL.glob("thermal_zone*/temp")) if text]
    return Moment(
        at_seconds=time.monotonic(),
        busy_seconds=_busy_seconds(),
        own_seconds=time.process_time(),
        frequency_mhz=max(clocks, default=None),
        temperature_c=max(heat, default=None),
    )


def other_cores(before: Moment, after: Moment) -> float | None:
    """How many cores other programs kept busy between two moments, on average; None where the machine does not tell."""
    if before.busy_seconds is None or after.busy_seconds is None or after.at_seconds <= before.at_seconds:
        return None
    others = (after.busy_seconds - before.busy_seconds) - (after.own_seconds - before.own_seconds)
    return max(0.0, others / (after.at_seconds - before.at_seconds))


def benchmark_warnings(this: Machine, before: Moment, after: Moment) -> tuple[str, ...]:
    """What makes figures measured here less trustworthy, each with its remedy."""
    found = []
    if this.governor not in {None, "performance"}:
        found.append(
            f"the CPU governor is {this.governor!r}, so the clock follows the load; "
            f"set it with: sudo cpupower frequency-set -g performance"
        )
    others = other_cores(before, after)
    if others is not None and others > _TOLERATED_CORES:
        found.append(
            f"other programs kept {others:.1f} of {this.cores} cores busy meanwhile; stop them and measure again"
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
    status = text_of(Path("/proc/self/status"))
    for line in (status or "").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _busy_seconds() -> float | None:
    """Source: proc(5), /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal in clock ticks."""
    line = (text_of(Path("/proc/stat")) or "").splitlines()[:1]
    if not line or not line[0].startswith("cpu "):
        return None
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, line[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
