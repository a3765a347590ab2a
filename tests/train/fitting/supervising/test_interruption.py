"""The first signal ends a training with an exception, the second ends the process."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from edgewright_train.fitting.supervising.interruption import (
    TrainingInterrupted,
    interruptible,
    raise_if_interrupted,
    shielded,
)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_the_block_with_the_status_that_shells_report(number, status):
    before = signal.getsignal(number)
    with pytest.raises(TrainingInterrupted) as caught, interruptible():
        signal.raise_signal(number)
    assert caught.value.exit_status == status
    assert isinstance(caught.value, KeyboardInterrupt)
    assert signal.getsignal(number) is before


def test_shielded_block_is_done_to_its_end_first():
    done = []

    def work() -> None:
        with shielded():
            signal.raise_signal(signal.SIGINT)
            done.append("shielded")
        done.append("behind it")

    with pytest.raises(TrainingInterrupted), interruptible():
        work()
    assert done == ["shielded"]


def test_signal_whose_exception_was_dropped_is_not_lost():
    def work() -> None:
        with contextlib.suppress(TrainingInterrupted):  # as Python does in a finaliser
            signal.raise_signal(signal.SIGINT)
        raise_if_interrupted()

    with pytest.raises(TrainingInterrupted), interruptible():
        work()


def test_one_block_does_not_end_the_next():
    with pytest.raises(TrainingInterrupted), interruptible():
        signal.raise_signal(signal.SIGINT)
    with interruptible():
        raise_if_interrupted()


def test_second_signal_ends_the_process_even_in_a_shield():
    code = (
        "import signal, sys\n"
        "from edgewright_train.fitting.supervising.interruption import interruptible, shielded\n"
        "with interruptible(), shielded():\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    print('first', flush=True)\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    print('second')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGINT, "first\n", "")


def test_sigint_that_a_shell_has_a_background_job_ignore_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGINT)
            raise_if_interrupted()
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_signals_are_left_alone():
    found = []

    def work() -> None:
        with interruptible():
            found.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before]
