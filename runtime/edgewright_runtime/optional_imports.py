"""Libraries that only an extra brings, imported when they are first needed.

The runtime must import in an environment that holds none of them (a Raspberry Pi has no TensorFlow), so they are
named by dotted strings and come in through this one door.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from .errors import MissingDependencyError


def import_optional(module: str, *, package: str, extra: str, purpose: str) -> Any:
    """The imported module.

    Args:
        module: dotted name to import, such as `ai_edge_litert.interpreter`.
        package: the name that the package index knows it by.
        extra: the extra of edgewright that installs it.
        purpose: what it is needed for, as the start of a sentence.

    Raises:
        MissingDependencyError: the library, or something that it needs itself, is not installed or cannot load.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingDependencyError(missing(package=package, extra=extra, purpose=purpose, cause=error)) from error


def check_installed(module: str, *, package: str, extra: str, purpose: str) -> None:
    """Refuses to go on without the library, which is looked for and not imported: for what takes seconds to import.

    Args:
        module: top-level name to import, such as `tensorflow`.
        package: the name that the package index knows it by.
        extra: the extra of edgewright that installs it.
        purpose: what it is needed for, as the start of a sentence.

    Raises:
        MissingDependencyError: there is no such module.
    """
    if not is_importable(module):
        cause = ModuleNotFoundError(f"No module named {module!r}")
        raise MissingDependencyError(missing(package=package, extra=extra, purpose=purpose, cause=cause))


def missing(*, package: str, extra: str, purpose: str, cause: ImportError | None = None) -> str:
    """The sentence that says which package is missing and which extra brings it."""
    why = "which is not installed" if is_absent(package) else f"which does not import here ({cause})"
    return f"{purpose} needs {package}, {why}; run: pip install 'edgewright[{extra}]'"


def is_importable(module: str) -> bool:
    """Whether there is a module or package of that top-level name; it is looked for and not imported."""
    spec = importlib.util.find_spec(module)
    # A folder of that name in the working folder is found too, as a package that is nowhere.
    return spec is not None and spec.origin is not None


def is_absent(package: str) -> bool:
    """Whether no distribution of that name is installed."""
    return version_of(package) is None


def version_of(package: str) -> str | None:
    """The installed version of a package, or None."""
    from importlib import metadata  # here, for it brings the whole of `email` with it

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
