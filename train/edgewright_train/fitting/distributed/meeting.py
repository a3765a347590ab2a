"""Where the workers of a training meet before TensorFlow joins them.

TensorFlow waits for missing workers without end, and lets nothing else happen meanwhile, Ctrl-C included. So they meet
first: each worker keeps a connection to the chief's address open from its start until all have the same images and
options. A connection that breaks tells at once that a process has ended.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from ...cluster import WAIT_VARIABLE, Cluster
from ...provenance import unlike
from ..supervising.interruption import raise_if_interrupted

_TOLD_AFTER_S = 3.0
_LOOK_S = 0.2
_RECEIVED_BYTES = 65536
_GREETING, _AGREED, _BEGIN = "edgewright worker ", "the same", "begin"

_Found = TypeVar("_Found")


@contextlib.contextmanager
def meeting(cluster: Cluster | None, reporter: Reporter) -> Iterator[Meeting | None]:
    """A block in which this process is there for the others of its cluster; None where there are none.

    Raises:
        EdgewrightError: the chief's address is taken, or the chief does not come.
        TrainingInterrupted: Ctrl-C was pressed while it waited.
    """
    if cluster is None:
        yield None
        return
    found = _Chief(cluster, reporter) if cluster.is_chief else _Worker(cluster, reporter)
    try:
        yield found
    finally:
        found.close()


class Meeting:
    """One process among those of its cluster.

    Attributes:
        cluster: who they are.
    """

    def __init__(self, cluster: Cluster, reporter: Reporter) -> None:
        self.cluster, self._reporter = cluster, reporter

    def agree(self, made_from: Mapping[str, Any]) -> None:
        """Returns when all are there and are about to train from the same.

        Args:
            made_from: `Provenance.checked` of what this process would train from.

        Raises:
            EdgewrightError: one is not there or has ended, or this one was given something else than the chief.
            TrainingInterrupted: Ctrl-C was pressed while it waited.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Leaves the others, and the address to TensorFlow."""
        raise NotImplementedError

    def _wait(self, look: Callable[[], _Found | None], *, for_whom: Callable[[], str], wait_s: float | None) -> _Found:
        """What `look` finds, again and again, until it finds something; without `wait_s` for as long as it takes."""
        began, told = time.monotonic(), False
        while (found := look()) is None:
            raise_if_interrupted()
            waited = time.monotonic() - began
            if wait_s is not None and waited > wait_s:
                raise EdgewrightError(
                    f"{self.cluster.described()} has waited {waited:.0f} s for the others ({for_whom()}); start them "
                    f"all, see whether one has ended with an error, or set {WAIT_VARIABLE} to more seconds"
                )
            if waited > _TOLD_AFTER_S and not told:
                self._reporter.line(f"{self.cluster.described()} waits for the others: {for_whom()}.")
                told = True
        return found

    def _ended(self, place: int) -> EdgewrightError:
        who = "the chief" if place == 0 else f"worker {place + 1}"
        return EdgewrightError(
            f"{self.cluster.described()} ends, for {who} ({self.cluster.addresses[place]}) has ended; its own last "
            f"line says why"
        )


class _Chief(Meeting):
    def __init__(self, cluster: Cluster, reporter: Reporter) -> None:
        super().__init__(cluster, reporter)
        _, port = _parts_of(cluster.addresses[0])
        try:
            self._server = socket.create_server(("", port), backlog=len(cluster.addresses))
        except OSError as error:
            raise EdgewrightError(
                f"{cluster.described()} cannot listen at {cluster.addresses[0]} ({error.strerror or error}); give "
                f"addresses whose ports are free"
            ) from error
        self._server.settimeout(_LOOK_S)
        self._others: dict[int, _Line] = {}

    def agree(self, made_from: Mapping[str, Any]) -> None:
        expected = range(1, len(self.cluster.addresses))

        def missing() -> str:
            return named(self.cluster.addresses[place] for place in expected if place not in self._others)

        while len(self._others) < len(expected):
            line = self._wait(self._arrival, for_whom=missing, wait_s=self.cluster.wait_s)
            greeting = self._wait(line.read, for_whom=missing, wait_s=self.cluster.wait_s)
            if greeting.startswith(_GREETING):  # anything else is none of ours
                self._others[int(greeting.removeprefix(_GREETING))] = line
        self._send(json.dumps(made_from))
        for place, line in self._others.items():
            if (
                self._wait(line.read, for_whom=partial(self.cluster.addresses.__getitem__, place), wait_s=None)
                != _AGREED
            ):
                raise self._ended(place)
        self._send(_BEGIN)

    def _arrival(self) -> _Line | None:
        with contextlib.suppress(TimeoutError):
            return _Line(self._server.accept()[0])
        return None

    def _send(self, text: str) -> None:
        for place, line in self._others.items():
            if not line.write(text):
                raise self._ended(place)

    def close(self) -> None:
        for line in self._others.values():
            line.close()
        self._server.close()


class _Worker(Meeting):
    def __init__(self, cluster: Cluster, reporter: Reporter) -> None:
        super().__init__(cluster, reporter)
        where = _parts_of(cluster.addresses[0])
        self._line = self._wait(
            lambda: _connected(where), for_whom=lambda: f"the chief, {cluster.addresses[0]}", wait_s=cluster.wait_s
        )
        self._line.write(f"{_GREETING}{cluster.place}")

    def agree(self, made_from: Mapping[str, Any]) -> None:
        chiefs = self._heard()
        found = unlike(json.loads(json.dumps(made_from)), json.loads(chiefs), where="at the chief")
        if found:
            raise EdgewrightError(
                f"{self.cluster.described()} was given something else than the chief ({named(found)}); give every "
                f"worker the same images, under the same names, and the same options"
            )
        self._line.write(_AGREED)
        self._heard()

    def _heard(self) -> str:
        text = self._wait(self._line.read, for_whom=lambda: f"the chief, {self.cluster.addresses[0]}", wait_s=None)
        if not text:
            raise self._ended(0)
        return text

    def close(self) -> None:
        self._line.close()


class _Line:
    """A connection that carries lines of text."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket, self._received = connection, b""
        connection.settimeout(_LOOK_S)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def read(self) -> str | None:
        """The next line; None while there is none, and an empty one where the other side has ended."""
        try:
            while b"\n" not in self._received:
                more = self._socket.recv(_RECEIVED_BYTES)
                if not more:
                    return ""
                self._received += more
        except TimeoutError:
            return None
        except OSError:
            return ""
        line, _, self._received = self._received.partition(b"\n")
        return line.decode(errors="replace")

    def write(self, text: str) -> bool:
        """Whether the other side is there to read it."""
        try:
            self._socket.sendall(text.encode() + b"\n")
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


def _connected(where: tuple[str, int]) -> _Line | None:
    try:
        return _Line(socket.create_connection(where, timeout=_LOOK_S * 5))
    except OSError:  # not there yet
        time.sleep(_LOOK_S)
        return None


def _parts_of(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
