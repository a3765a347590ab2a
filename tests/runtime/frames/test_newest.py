"""Of a camera only the newest frame is looked at, and its end is told."""

from __future__ import annotations

import signal
import threading

import numpy as np
import pytest

from edgewright_runtime.commands.labelling_frames import ended_by_interrupt
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.frames.newest import NewestFrames


class Player:
    """A camera that gives a frame for each time that it is told to; the frame's number is its first pixel."""

    description = "a player"

    def __init__(self):
        self.shutter, self.taken, self.closed = threading.Semaphore(0), 0, False
        self.read_so_far = threading.Semaphore(0)
        self.failing = False

    def read(self):
        self.shutter.acquire()
        if self.failing:
            raise OSError("unplugged")
        pixels = np.full((2, 2, 3), self.taken, np.uint8)
        self.taken += 1
        self.read_so_far.release()
        return pixels

    def take(self, count):
        """Takes pictures, and waits until the last of them but one was handed on."""
        for _ in range(count):
            self.shutter.release()
        for _ in range(count):
            self.read_so_far.acquire()

    def close(self):
        self.closed = True


def test_who_was_busy_gets_the_newest_frame_and_no_queue_of_old_ones():
    player = Player()
    with NewestFrames(player) as newest:
        frames = iter(newest)
        player.take(1)
        assert next(frames).number == 0
        player.take(6)
        numbers = [next(frames).number]
        while numbers[-1] < 6:
            numbers.append(next(frames).number)
        assert numbers[0] >= 5 or len(numbers) <= 2
        assert numbers == sorted(set(numbers))
        player.shutter.release()
    assert player.closed


def test_failing_camera_is_one_sentence():
    player = Player()
    player.failing = True
    player.shutter.release()
    with NewestFrames(player) as newest, pytest.raises(EdgewrightError, match="The camera cannot be read: unplugged"):
        next(iter(newest))


def test_camera_that_gives_nothing_is_not_waited_for_for_ever():
    player = Player()
    newest = NewestFrames(player, patience_s=0.05)
    with pytest.raises(EdgewrightError, match=r"has given no frame for 0\.05 seconds"):
        next(iter(newest))
    assert not player.closed  # it is still being read
    player.shutter.release()
    newest.close()
    assert player.closed


def test_interrupt_ends_the_frames_after_the_one_that_is_just_looked_at():
    player = Player()
    earlier = signal.getsignal(signal.SIGINT)
    with NewestFrames(player) as newest, ended_by_interrupt(newest.stop):
        player.take(1)
        seen = []
        for frame in newest:
            seen.append(frame.number)
            signal.raise_signal(signal.SIGINT)
        player.shutter.release()
    assert seen == [0]
    assert signal.getsignal(signal.SIGINT) is earlier
