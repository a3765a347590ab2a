"""A model tried in a process of its own, where this processor may lack an instruction that its library uses.

`python -m edgewright_runtime.backends.trial WORK`, with a JSON object for WORK, loads a model and runs it once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import EdgewrightError, MissingDependencyError
from ..machine import processor
from .acceleration import Acceleration, json_of

_TRYING = "EDGEWRIGHT_TRYING"
"""Environment variable that tells the child not to begin a trial itself."""


def check_survives(path: Path, *, backend: str, acceleration: Acceleration) -> None:
    """Loads the model and runs it once in a child, once per process and model.

    What the child says beyond its own death is left for this process to find: it says it as usual.

    Raises:
        MissingDependencyError: a signal ended the child.
    """
    if not os.environ.get(_TRYING):
        _tried(str(path.absolute()), backend, acceleration)


@cache
def _tried(path: str, backend: str, acceleration: Acceleration) -> None:
    work = json.dumps({"path": path, "backend": backend, "acceleration": json_of(acceleration)})
    done = subprocess.run(
        [sys.executable, "-m", "edgewright_runtime.backends.trial", work],
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


def cause_of_death(status: int) -> str:
    """What a child's negative exit status means, such as `by SIGILL, an instruction that this processor lacks`."""
    name = signal.Signals(-status).name if -status in {*signal.Signals} else f"signal {-status}"
    return f"by {name}{', an instruction that this processor lacks' if name == 'SIGILL' else ''}"


def _run(work: dict[str, Any]) -> None:
    import numpy as np

    from .table import load

    given = work["acceleration"]
    pairs = tuple((name, value) for name, value in given["delegate_options"])
    acceleration = Acceleration(given["xnnpack"], given["delegate"], pairs, tuple(given["providers"]))
    model = load(Path(work["path"]), backend=work["backend"], threads=1, acceleration=acceleration)
    height, width, channels = (size or 32 for size in model.input.shape[1:])
    model.probabilities(np.zeros((1, height, width, channels), np.uint8))


if __name__ == "__main__":
    try:
        _run(json.loads(sys.argv[1]))
    except EdgewrightError:
        sys.exit(2)
