"""A model tried in a process of its own, where this processor may lack an instruction that its library uses."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ...errors import MissingDependencyError
from ...machine import processor
from .acceleration import Acceleration, json_of

_TRYING = "EDGEWRIGHT_TRYING"
"""Environment variable that tells the child not to begin a trial itself."""


def check_survives(path: Path, *, backend: str, libraries: tuple[str, ...], acceleration: Acceleration) -> None:
    """Loads the model and runs it once in a child, unless it did so before.

    What the child says beyond its own death is left for this process to find: it says it as usual.

    Args:
        path: model file.
        backend: name of its row in the table of backends.
        libraries: top-level modules that may run it.
        acceleration: that it runs with.

    Raises:
        MissingDependencyError: a signal ended the child.
    """
    if os.environ.get(_TRYING):
        return
    from .survived import is_remembered, key_of, remember  # here, for nearly every processor does without

    key = key_of(path.absolute(), libraries, acceleration)
    if not is_remembered(key) and _runs(str(path.absolute()), backend, acceleration):
        remember(key)


def _runs(path: str, backend: str, acceleration: Acceleration) -> bool:
    """Whether the model ran in a child; False where the child, or nobody, came that far."""
    import subprocess

    if not sys.executable:
        return False  # inside another program

    work = json.dumps({"path": path, "backend": backend, "acceleration": json_of(acceleration)})
    done = subprocess.run(
        [sys.executable, "-m", "edgewright_runtime.backends.hardware.trial_process", work],
        env={**os.environ, _TRYING: "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode < 0:
        raise MissingDependencyError(
            f"Running {path} ends a process {cause_of_death(done.returncode)}: the library that runs it, or its "
            f"delegate, does not fit this processor ({processor()}); try an older version of it"
        )
    return done.returncode == 0


def cause_of_death(status: int) -> str:
    """What a child's negative exit status means, such as `by SIGILL, an instruction that this processor lacks`."""
    import signal

    name = signal.Signals(-status).name if -status in {*signal.Signals} else f"signal {-status}"
    return f"by {name}{', an instruction that this processor lacks' if name == 'SIGILL' else ''}"
