"""Whether a run folder can be written, asked before anything is done for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from edgewright_runtime.atomic import cannot_write


def check_writable(out: Path) -> None:
    """Tries whether the run folder can be written to, so that minutes of training do not end before a closed door.

    Nothing is left behind, not even the folder: a training that fails has not been here.

    Raises:
        EdgewrightError: nothing can be written there.
    """
    nearest = next(place for place in (out, *out.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"0" * 4096)
            file.flush()
    except OSError as error:
        raise cannot_write(out, error) from error
