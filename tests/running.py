"""The command `edgewright` in a process of its own, as a user starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EDGEWRIGHT = Path(sys.executable).with_name("edgewright")
"""The installed entry point."""


def edgewright(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`edgewright ARGUMENTS`, with its exit status and what it printed."""
    return subprocess.run([EDGEWRIGHT, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd)
