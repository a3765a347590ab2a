"""Virtual environments for the contestants that cannot share ours, in a folder that git ignores."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def python_with(folder: Path, *requirements: str) -> Path:
    """The Python of an environment that holds these, made where it is not there yet.

    Raises:
        RuntimeError: pip cannot install them; one sentence.
    """
    python, done = folder / "bin" / "python", folder / ".done"
    if done.exists() and done.read_text() == "\n".join(requirements):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _checked([sys.executable, "-m", "venv", str(folder)], requirements)
    _checked(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements], requirements
    )
    done.write_text("\n".join(requirements))
    return python


def version_in(python: Path, package: str) -> str:
    """The version of a package in that environment."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _checked(command: Sequence[str], requirements: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["it gave no reason"]
        raise RuntimeError(f"{', '.join(requirements)} cannot be installed for {sys.version.split()[0]}: {said[-1]}")
