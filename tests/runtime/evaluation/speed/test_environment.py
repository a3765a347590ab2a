from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from edgewright_runtime.evaluation.speed.environment import (
    Moment,
    benchmark_warnings,
    moment,
    other_cores,
    peak_memory_mb,
)
from edgewright_runtime.machine import Machine

QUIET = Moment(at_seconds=100.0, busy_seconds=50.0, own_seconds=5.0, frequency_mhz=1500.0, temperature_c=50.0)
LATER = replace(QUIET, at_seconds=110.0, busy_seconds=60.0, own_seconds=15.0)
BOARD = Machine("Cortex-A76", "aarch64", 4, "performance", "Linux 6", "3.11")


def test_a_quiet_machine_has_no_benchmark_warning():
    assert other_cores(QUIET, LATER) == 0.0
    assert benchmark_warnings(BOARD, QUIET, LATER) == ()


def test_other_programs_are_told_apart_from_our_own_work():
    (found,) = benchmark_warnings(BOARD, QUIET, replace(LATER, busy_seconds=75.0))
    assert "1.5 of 4 cores" in found


def test_a_falling_clock_and_a_lazy_governor_come_with_their_remedy():
    found = benchmark_warnings(replace(BOARD, governor="powersave"), QUIET, replace(LATER, frequency_mhz=900.0))
    assert len(found) == 2
    assert "cpupower" in found[0]
    assert "900 MHz" in found[1]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_a_real_busy_program_is_seen():
    before = moment()
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(1.5)
        after = moment()
    finally:
        burner.kill()
        burner.wait()
    found = other_cores(before, after)
    assert found is not None
    assert found > 0.3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_peak_memory_is_this_process_own():
    probe = "from edgewright_runtime.evaluation.speed.environment import peak_memory_mb; print(peak_memory_mb())"
    ballast = bytearray(300_000_000)
    child = float(subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout)
    assert child < 100
    assert (peak_memory_mb() or 0) > 300
    assert len(ballast) == 300_000_000
