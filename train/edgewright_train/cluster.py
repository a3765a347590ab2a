"""Which processes train together: what the environment variable TF_CONFIG says.

https://www.tensorflow.org/guide/distributed_training#setting_up_the_tf_config_environment_variable describes it.
Nothing here needs TensorFlow, so that a variable that is not as it must be is refused at once.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from edgewright_runtime.errors import EdgewrightError

VARIABLE = "TF_CONFIG"
WAIT_VARIABLE = "EDGEWRIGHT_WAIT_FOR_WORKERS"
"""Environment variable: how many seconds a worker waits for the others to be there."""

_WAIT_S = 600.0
_JOBS = ("chief", "worker")
_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, "task": {"type": "worker", "index": 0}}, with another '
    "index in each process"
)


@dataclass(frozen=True)
class Cluster:
    """The processes that train together, and which of them this is.

    Attributes:
        addresses: host and port of each, the chief's first.
        place: of this process among them.
        wait_s: how long each waits for the others to be there.
    """

    addresses: tuple[str, ...]
    place: int
    wait_s: float = _WAIT_S

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run folder: worker 0, or the one of the type `chief`."""
        return self.place == 0

    def described(self) -> str:
        """Which of them this is, to begin a sentence with."""
        return f"Worker {self.place + 1} of {len(self.addresses)}"


def cluster_from_environment() -> Cluster | None:
    """The cluster in TF_CONFIG; None where there is none, or one of a single process.

    Raises:
        EdgewrightError: the variable is not as it must be.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    try:
        config = json.loads(text)
        jobs: dict[str, Any] = config.get("cluster") or {}
        addresses = {job: [str(address) for address in jobs[job]] for job in jobs}
        if not jobs:
            return None
        kind, index = config["task"]["type"], int(config["task"]["index"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EdgewrightError(f"{VARIABLE} must be JSON such as {_EXAMPLE}, not {text[:200]!r}") from error
    _check(addresses, kind, index)
    everyone = [(job, place, address) for job in _JOBS for place, address in enumerate(addresses.get(job, ()))]
    if len(everyone) == 1:
        return None
    place = next(place for place, (job, number, _) in enumerate(everyone) if (job, number) == (kind, index))
    return Cluster(tuple(address for _, _, address in everyone), place, _wait_s())


def check_alone() -> None:
    """Refuses a series of trainings where TF_CONFIG names several workers.

    Raises:
        EdgewrightError: it does.
    """
    if cluster_from_environment() is not None:
        raise EdgewrightError(
            f"Several trainings in a row (--folds, --compare and the like) run on one machine; unset {VARIABLE}, or "
            f"train one"
        )


def _check(addresses: dict[str, list[str]], kind: str, index: int) -> None:
    other = sorted(addresses.keys() - set(_JOBS))
    if other:
        raise EdgewrightError(f"{VARIABLE} may name workers and a chief, not {other[0]!r}: all of them train alike")
    if len(addresses.get("chief", ())) > 1:
        raise EdgewrightError(f"{VARIABLE} names {len(addresses['chief'])} chiefs; there can be one")
    if kind not in addresses or not 0 <= index < len(addresses[kind]):
        raise EdgewrightError(f"{VARIABLE} says that this process is {kind} {index}, which is not in its cluster")
    everyone = [address for job in addresses.values() for address in job]
    for address in everyone:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal():
            raise EdgewrightError(f"{VARIABLE} must give addresses as host:port, not {address!r}")
    if len(set(everyone)) < len(everyone):
        raise EdgewrightError(f"{VARIABLE} names an address twice; each process needs its own host:port")


def _wait_s() -> float:
    text = os.environ.get(WAIT_VARIABLE, "")
    if not text:
        return _WAIT_S
    try:
        return float(text)
    except ValueError as error:
        raise EdgewrightError(f"{WAIT_VARIABLE} must be a number of seconds, not {text!r}") from error
