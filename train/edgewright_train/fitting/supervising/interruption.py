"""Ctrl-C and SIGTERM: the first ends a training in an orderly way, the second at once.

The state is the module's, as signal handlers are the process's.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TrainingInterrupted(KeyboardInterrupt):
    """A user or the system ended the training; the message says in one sentence what is kept.

    Attributes:
        exit_status: what shells report of a process that the signal ended: 130 for Ctrl-C, 143 for SIGTERM.
    """

    def __init__(self, sentence: str, *, exit_status: int) -> None:
        super().__init__(sentence)
        self.exit_status = exit_status


class _State:
    received: int | None = None
    shields = 0


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """A block that the first SIGINT or SIGTERM ends with `TrainingInterrupted`, and the second like any process.

    Outside the main thread, where Python takes no signals, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.received, _State.shields = None, 0
    # A shell has jobs in the background ignore SIGINT; that is left as it is.
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _on_signal) for number in heard}
    try:
        yield
    finally:
        _State.received = None
        for number, handler in before.items():
            signal.signal(number, handler)


def raise_if_interrupted() -> None:
    """Ends the training if a signal has come meanwhile.

    Python drops what a signal handler raises where it may not raise anything, as in a finaliser; and a shield holds it
    back.

    Raises:
        TrainingInterrupted: a signal has come.
    """
    if _State.received is not None and not _State.shields and threading.current_thread() is threading.main_thread():
        name = signal.Signals(_State.received).name
        raise TrainingInterrupted(f"Interrupted by {name}", exit_status=128 + _State.received)


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """A block that a first signal does not end in its middle, but behind it."""
    _State.shields += 1
    try:
        yield
    finally:
        _State.shields -= 1
    raise_if_interrupted()


def _on_signal(number: int, _frame: FrameType | None) -> None:
    for each in _SIGNALS:
        if signal.getsignal(each) is _on_signal:
            signal.signal(each, signal.SIG_DFL)  # the second ends the process, whatever it is busy with
    _State.received = number
    raise_if_interrupted()
