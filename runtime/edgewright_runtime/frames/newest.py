"""The newest frame of a source that does not wait: a thread reads all of them, and all but the last are dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Protocol

from ..errors import EdgewrightError
from .frame import Frame

_PATIENCE_S = 10.0
"""Without a new frame for as long as that, a camera is taken to have stopped."""


class Camera(Protocol):
    """A live source."""

    description: str

    def read(self) -> Any:
        """The next frame, waiting for it."""
        ...

    def close(self) -> None:
        """Lets go of the source."""
        ...


class NewestFrames:
    """An iterator over the newest frames of a camera, and a context manager that closes it.

    While one frame is labelled, a thread of its own goes on reading; whoever asks for the next frame gets the last one
    read, or waits for one that it has not had. So a slow model looks at the present and not at a queue of the past.
    """

    def __init__(
        self, camera: Camera, *, clock: Callable[[], float] = time.monotonic, patience_s: float = _PATIENCE_S
    ) -> None:
        """Begins to read.

        Args:
            camera: that is read, and closed at the end.
            clock: in seconds.
            patience_s: how long a frame is waited for.
        """
        self._camera, self._clock, self._patience_s = camera, clock, patience_s
        self._condition = threading.Condition()
        self._newest: Frame | None = None
        self._error: Exception | None = None
        self._stopped = False
        self._began = clock()
        self._thread = threading.Thread(target=self._read, name="edgewright-camera", daemon=True)
        self._thread.start()

    def __enter__(self) -> NewestFrames:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Frames until the camera stops.

        Raises:
            EdgewrightError: the camera failed, or gave nothing for too long.
        """
        last = -1
        while True:
            frame = self._after(last)
            if frame is None:
                return
            last = frame.number
            yield frame

    def stop(self) -> None:
        """Ends the frames, from any thread or a signal's handler: whoever iterates over them gets the last one read."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    def close(self) -> None:
        """Stops reading and waits until the camera was let go of, unless it hangs."""
        self.stop()
        self._thread.join(timeout=self._patience_s)

    def _after(self, last: int) -> Frame | None:
        with self._condition:
            fresh = self._condition.wait_for(lambda: self._is_settled(last), timeout=self._patience_s)
            if self._newest is not None and self._newest.number > last:
                return self._newest
            if self._error is not None:
                raise self._error
            if not fresh:
                raise EdgewrightError(f"The camera has given no frame for {self._patience_s:g} seconds")
            return None  # it was closed

    def _is_settled(self, last: int) -> bool:
        return self._stopped or self._error is not None or (self._newest is not None and self._newest.number > last)

    def _read(self) -> None:
        """Reads until told to stop. The thread that reads closes the camera: no library bears that in the midst."""
        try:
            self._read_on()
        finally:
            self._camera.close()

    def _read_on(self) -> None:
        number = 0
        while not self._stopped:
            try:
                pixels = self._camera.read()
            except Exception as error:  # handed to whoever asks for a frame
                with self._condition:
                    is_ours = isinstance(error, EdgewrightError)
                    self._error = error if is_ours else EdgewrightError(f"The camera cannot be read: {error}")
                    self._condition.notify_all()
                return
            with self._condition:
                self._newest = Frame(number, self._clock() - self._began, pixels)
                self._condition.notify_all()
            number += 1
