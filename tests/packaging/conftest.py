"""Environments of their own, as users and other programs have them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def clean_environment() -> dict[str, str]:
    """Environment variables with which no program looks into this checkout."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PYENV_VERSION"))
    }


@pytest.fixture(scope="session")
def make_venv(clean_environment: dict[str, str]) -> Callable[..., Path]:
    """A function that makes a venv with what is named in it, and returns its Python."""

    def make(python: str, folder: Path, *requirements: str) -> Path:
        subprocess.run([python, "-m", "venv", str(folder)], check=True, capture_output=True, env=clean_environment)
        found = folder / "bin" / "python"
        install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        if requirements:
            subprocess.run(install, check=True, capture_output=True, env=clean_environment)
        return found

    return make


@pytest.fixture(scope="session")
def find_python() -> Callable[[str], str]:
    """A function that finds a real interpreter of a version: on the path, or under pyenv, whose shims need not work."""

    def find(version: str) -> str:
        candidates = [shutil.which(f"python{version}")]
        candidates += sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
        for candidate in candidates:
            if (
                candidate
                and subprocess.run([candidate, "-c", "pass"], capture_output=True, check=False).returncode == 0
            ):
                return candidate
        pytest.skip(f"no Python {version} on this machine")

    return find
