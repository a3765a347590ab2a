"""onnxruntime's execution providers: those that were asked for, and nothing else in their place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import EdgewrightError, MissingDependencyError, first_line

CPU = "CPUExecutionProvider"
_SUFFIX = "executionprovider"
_NOTHING = 4
"""Severity from which a session logs: fatal errors alone, for what it says was said before."""


def providers_named(names: Sequence[str], ort: Any) -> tuple[str, ...]:
    """Onnxruntime's own names of the providers; `cuda` and `CUDAExecutionProvider` are the same.

    Raises:
        EdgewrightError: onnxruntime knows none of that name.
        MissingDependencyError: it knows it, and the package installed here was built without it.
    """
    here = tuple(ort.get_available_providers())
    known = {_short(name): name for name in (*ort.get_all_providers(), *here)}
    found = []
    for name in names:
        full = known.get(_short(name))
        if full is None:
            raise EdgewrightError(
                f"onnxruntime {ort.__version__} knows no execution provider {name!r}; here it has {', '.join(here)}"
            )
        if full not in here:
            raise MissingDependencyError(
                f"{full} was asked for, and the onnxruntime {ort.__version__} installed here was built without it: it "
                f"has {', '.join(here)}; install the package of onnxruntime that brings it, such as onnxruntime-gpu"
            )
        found.append(full)
    return tuple(dict.fromkeys(found))


def _short(name: str) -> str:
    return name.lower().removesuffix(_SUFFIX)


def refuse_the_processor(options: Any) -> None:
    """Tells a session to fail where a part of the model would run on the processor instead."""
    options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")


def check_providers(session: Any, asked: Sequence[str]) -> None:
    """Sees that the session took every provider that it was given.

    Raises:
        MissingDependencyError: it left one out, as onnxruntime does with a line on stderr where a library or device is
            missing.
    """
    taken = session.get_providers()
    absent = [name for name in asked if name not in taken]
    if absent:
        raise MissingDependencyError(
            f"{', '.join(absent)} was asked for, and onnxruntime could not start it here (with --debug it says why); "
            f"it would have run on {', '.join(taken)}"
        )


def explain_refusal(ort: Any, data: bytes, providers: Sequence[str], *, path: Path) -> None:
    """Says why a model that runs on the processor does not run with the providers; nothing where it runs on neither.

    Args:
        ort: the module.
        data: content of the file.
        providers: onnxruntime's names of those asked for.
        path: of the file, for the sentence.

    Raises:
        MissingDependencyError: one of them cannot be started here, or refuses the model.
        EdgewrightError: they run a part of it only.
    """
    if _why_refused(ort, data, [CPU])[1] is not None:
        return  # the file's own fault
    session, why = _why_refused(ort, data, [*providers, CPU])
    if session is None:
        raise MissingDependencyError(
            f"{', '.join(providers)} was asked for, and cannot be started here or refuses {path}: {why}"
        )
    check_providers(session, providers)
    if CPU not in providers:
        raise EdgewrightError(
            f"{', '.join(providers)} runs only a part of {path}, and the rest would run on the processor; allow that "
            f"with cpu at the end: --provider NAME,cpu"
        )


def _why_refused(ort: Any, data: bytes, providers: Sequence[str]) -> tuple[Any, str | None]:
    """A session, or the first line of why there is none."""
    options = ort.SessionOptions()
    options.log_severity_level = _NOTHING
    try:
        session = ort.InferenceSession(data, options, providers=list(dict.fromkeys(providers)), enable_fallback=0)
    except Exception as error:  # onnxruntime's own exception classes share no base but Exception
        return None, first_line(error)
    return session, None
