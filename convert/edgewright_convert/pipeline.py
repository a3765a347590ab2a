"""All conversions of a run: what is asked for, with what it is derived from, each failure on its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgewright_runtime import atomic
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.library_noise import Noise, captured
from edgewright_runtime.manifest import add_artefacts, describe, versions_of
from edgewright_runtime.run_folder import RunFolder

from .freshness import is_fresh
from .options import ConvertOptions
from .product import Product
from .sources import Sources
from .targets import Target, check_packages, make_of, target_named

STAGE = "convert"


@dataclass(frozen=True)
class Outcome:
    """What became of one format.

    Attributes:
        format: its name.
        path: the file; None where it could not be made.
        size_bytes: of the file.
        seconds: that it took.
        notes: what the user should know, one phrase each.
        error: why it could not be made.
        asked: False for a format that was made only because another one is derived from it.
        log: what the libraries printed meanwhile.
    """

    format: str
    path: Path | None
    size_bytes: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: EdgewrightError | None = None
    asked: bool = True
    log: str = ""


OnStart = Callable[[str], None]


def convert_run(
    run: RunFolder,
    formats: Sequence[str],
    options: ConvertOptions,
    *,
    on_start: OnStart = lambda _: None,
    on_progress: OnStart = lambda _: None,
    debug: bool = False,
) -> tuple[Outcome, ...]:
    """One outcome per format, in the order in which they were made; what they are derived from comes first.

    Args:
        run: the run folder.
        formats: names of formats.
        options: how to make them.
        on_start: called with what is being done, as a phrase, as each step begins.
        on_progress: called with how far that step has come, as a phrase, where it can tell.
        debug: let the libraries print.

    Raises:
        EdgewrightError: a format is unknown, or the run folder itself is unusable.
    """
    asked = [target_named(name) for name in formats]
    sources = Sources(run, options, on_progress=on_progress)
    outcomes: dict[str, Outcome] = {}
    rows = [row for row in _in_order(asked) if row in asked or not is_fresh(sources, row)]
    if any(row.derived_from is None for row in rows):
        # Once for all, and apart from the formats' own seconds.
        on_start("Loading the float model")
        unloadable = _load_error(sources, rows, debug=debug)
    else:
        unloadable = None
    for row in rows:
        on_start(f"Making {row.format}")
        outcome = _outcome(sources, row, outcomes, unloadable, debug=debug)
        outcomes[row.format] = replace(outcome, asked=row in asked)
    return tuple(outcomes.values())


def _in_order(asked: Iterable[Target]) -> list[Target]:
    """The rows asked for, each after what it is derived from."""
    ordered: dict[str, Target] = {}

    def add(row: Target) -> None:
        if row.derived_from is not None:
            add(target_named(row.derived_from))
        ordered.setdefault(row.format, row)

    for row in asked:
        add(row)
    return list(ordered.values())


def _load_error(sources: Sources, rows: Sequence[Target], *, debug: bool) -> EdgewrightError | None:
    """Loads the float model; why it cannot be loaded, where it cannot."""
    try:
        check_packages(next(row for row in rows if row.derived_from is None))
        with captured(show=debug):
            sources.float_model.frozen(None)
    except EdgewrightError as error:
        return error
    except ImportError as error:
        return MissingDependencyError(f"Loading the float model needs a library that does not import here ({error})")
    return None


def _outcome(
    sources: Sources, row: Target, earlier: dict[str, Outcome], unloadable: EdgewrightError | None, *, debug: bool
) -> Outcome:
    began = time.perf_counter()
    noise = Noise()
    try:
        _check_basis(row, earlier, unloadable)
        check_packages(row)
        with captured(show=debug) as noise:
            product = make_of(row)(sources)
        path = _write(sources, row, product)
    except ImportError as error:
        sentence = f"Making {row.format} needs a library that does not import here ({error})"
        return _failed(row, MissingDependencyError(sentence), began, noise)
    except EdgewrightError as error:
        return _failed(row, error, began, noise)
    except Exception as error:
        # A fault in one converter must not cost the user the other formats.
        if debug:
            raise
        sentence = f"the converter met something it did not expect ({type(error).__name__}: {error})"
        return _failed(row, EdgewrightError(f"{sentence}; run it again with --debug"), began, noise)
    return Outcome(
        format=row.format,
        path=path,
        size_bytes=len(product.data),
        seconds=time.perf_counter() - began,
        notes=(*product.notes, *noise.serious_lines()),
        log=noise.text,
    )


def _failed(row: Target, error: EdgewrightError, began: float, noise: Noise) -> Outcome:
    return Outcome(row.format, None, seconds=time.perf_counter() - began, error=error, log=noise.text)


def _check_basis(row: Target, earlier: dict[str, Outcome], unloadable: EdgewrightError | None) -> None:
    if row.derived_from is None and unloadable is not None:
        raise unloadable
    basis = earlier.get(row.derived_from or "")
    if basis is not None and basis.error is not None:
        # Of the same kind, so that the exit status tells whether a missing package is all that is wrong.
        raise type(basis.error)(f"{row.format} is made from {basis.format}, which could not be made: {basis.error}")


def _write(sources: Sources, row: Target, product: Product) -> Path:
    path = sources.run.file_of(row.format)
    written = {path, *(path.with_name(path.name + suffix) for suffix in product.beside)}
    for suffix, data in product.beside.items():
        atomic.write_bytes(path.with_name(path.name + suffix), data)
    atomic.write_bytes(path, product.data)
    entry = {
        "format": row.format,
        "source": sources.reference_name,
        "source_sha256": sources.source_sha256,
        "requested": sources.options.of(row.options),
        **product.options,
    }
    versions = versions_of(("edgewright", *row.packages))
    add_artefacts(
        sources.run.path,
        {
            each.relative_to(sources.run.path).as_posix(): describe(each, stage=STAGE, options=entry, versions=versions)
            for each in sorted(written)
        },
    )
    return path
