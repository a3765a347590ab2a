"""All conversions of a run: what is asked for, with what it is derived from, each failure on its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgewright_runtime import atomic
from edgewright_runtime.console import SILENT, StatusLine
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.library_noise import Capture, Noise, quietened
from edgewright_runtime.run.formats import format_named
from edgewright_runtime.run.manifest import add_artefacts, describe, read_manifest, versions_of
from edgewright_runtime.run.run_folder import RunFolder, open_run
from edgewright_runtime.run.seal import sealed, unsealed

from .deployment_targets import check_readable
from .freshness import is_fresh, origin_of
from .options import DEFAULT_OPSET, ConvertOptions
from .product import Product
from .run_inputs import OpenedRun, RunInputs, file_of_format, function_named, opened_run
from .targets import DEFAULT_FORMATS, Target, in_order, maker_here, packages_of, target_named

STAGE = "convert"
ONNX = ".onnx"


@dataclass(frozen=True)
class Outcome:
    """What became of one format.

    Attributes:
        format: its name.
        path: the file; None where it could not be made.
        size_bytes: of the file.
        seconds: that it took, without loading the float model.
        notes: what the user should know, one phrase each.
        error: why it could not be made.
        asked: False for a format that was made only because another one is derived from it.
        fresh: the file was up to date and was not made again.
        log: what the libraries printed meanwhile, where it was captured.
    """

    format: str
    path: Path | None
    size_bytes: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: EdgewrightError | None = None
    asked: bool = True
    fresh: bool = False
    log: str = ""


@dataclass(frozen=True)
class _Conversion:
    """What does not change while the formats of a run are made."""

    run: OpenedRun
    options: ConvertOptions
    inputs: RunInputs
    capture: Capture
    debug: bool
    onnx_note: str


def convert(
    run: str | Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    options: ConvertOptions | None = None,
    *,
    if_needed: bool = False,
) -> tuple[Outcome, ...]:
    """One outcome per format: what `edgewright convert RUN` does, without printing anything.

    Args:
        run: the run folder.
        formats: names of formats, such as `tflite-int8`.
        options: as on the command line; their defaults if not given.
        if_needed: leave files alone that are up to date.

    Raises:
        EdgewrightError: a format is unknown, or the run folder itself is unusable. A format that cannot be made does
            not raise: its outcome's `error` says why, and the others are made.
    """
    return convert_run(open_run(run), formats, options or ConvertOptions(), if_needed=if_needed)


def convert_run(
    folder: RunFolder,
    formats: Sequence[str],
    options: ConvertOptions,
    *,
    if_needed: bool = False,
    progress: StatusLine = SILENT,
    capture: Capture = quietened,
    debug: bool = False,
) -> tuple[Outcome, ...]:
    """One outcome per format, in the order in which they were made; what they are derived from comes first.

    Args:
        folder: the run folder.
        formats: names of formats.
        options: how to make them.
        if_needed: leave files alone that are up to date.
        progress: told what is being done as each step begins, and how far it has come where that is known.
        capture: what the libraries run in; the command line, whose process is its own, gives `captured`.
        debug: raise what a converter was not expected to raise.

    Raises:
        EdgewrightError: a format is unknown, or the run folder itself is unusable.
    """
    asked = tuple(target_named(name) for name in formats)
    run = opened_run(folder)
    opset = _opset_that_stays(folder, options)
    note = "" if opset == options.opset else f"opset {opset}, as earlier files here; delete those to raise it"
    options = replace(options, opset=opset)
    given = {"run": run, "options": options, "on_progress": progress.detail}
    conversion = _Conversion(run, options, RunInputs(given, on_start=progress.start), capture, debug, note)
    kept = _kept(run, options, asked, if_needed=if_needed)
    rows = [row for row in in_order(asked) if row.format not in kept]
    _load_float_model(conversion, rows)
    made: dict[str, Outcome] = {}
    for row in rows:
        progress.start(f"Making {row.format}")
        made[row.format] = replace(_outcome(conversion, row, {**kept, **made}), asked=row in asked)
    of_asked = {row.format: kept[row.format] for row in asked if row.format in kept}
    return (*of_asked.values(), *made.values())


def _opset_that_stays(folder: RunFolder, options: ConvertOptions) -> int:
    """The opset asked for, or the older one that a file here was made in: another target may need that."""
    artefacts = read_manifest(folder.path).artefacts
    requested = [
        entry.options.get("requested")
        for name, entry in artefacts.items()
        if entry.stage == STAGE and (folder.path / name).is_file()
    ]
    earlier = [each.get("opset", DEFAULT_OPSET) for each in requested if isinstance(each, Mapping)]
    return min([options.opset, *(each for each in earlier if isinstance(each, int))])


def _kept(
    run: OpenedRun, options: ConvertOptions, asked: Sequence[Target], *, if_needed: bool
) -> Mapping[str, Outcome]:
    """The files that stay: fresh ones that others are derived from and, where that is wanted, fresh ones asked for."""
    rows = [row for row in in_order(tuple(asked)) if (row not in asked or if_needed) and not row.decides_itself]
    kept: dict[str, Outcome] = {}
    for row in rows:
        basis_stays = row.derived_from is None or row.derived_from in kept or row.derived_from not in _formats(rows)
        if not (basis_stays and is_fresh(run, options, row)):
            continue
        path = run.folder.file_of(row.format)
        unreadable = _why_unreadable(path, options)
        if unreadable is not None and run.reference is None:
            kept[row.format] = Outcome(row.format, None, error=unreadable)
        elif unreadable is None:
            kept[row.format] = Outcome(row.format, path, path.stat().st_size, notes=("up to date",), fresh=True)
    return kept


def _why_unreadable(path: Path, options: ConvertOptions) -> EdgewrightError | None:
    """Why one of the targets cannot read a file that is there; such a file is made anew where that is possible."""
    if path.suffix == ONNX and options.targets:
        try:
            check_readable(path.read_bytes(), options.targets, name=str(path))
        except EdgewrightError as error:
            return error
    return None


def _formats(rows: Sequence[Target]) -> tuple[str, ...]:
    return tuple(row.format for row in rows)


def _load_float_model(conversion: _Conversion, rows: Sequence[Target]) -> None:
    """Loads it where a row needs it: once for all, and apart from the formats' own seconds."""
    try:
        if any(maker_here(row, conversion.run).maker.needs_float_model for row in rows if row.derived_from is None):
            with conversion.capture():
                conversion.inputs.make(["float_model"])
    except Exception:
        return  # remembered: each row that needs it says why it cannot be made


def _outcome(conversion: _Conversion, row: Target, earlier: Mapping[str, Outcome]) -> Outcome:
    began = time.perf_counter()
    noise = Noise()
    try:
        _check_basis(row, earlier)
        with conversion.capture() as noise:
            product = _product(conversion, row)
        path = _write(conversion, row, product)
    except ImportError as error:
        sentence = f"Making {row.format} needs a library that does not import here ({error})"
        return _failed(row, MissingDependencyError(sentence), began, noise)
    except EdgewrightError as error:
        return _failed(row, error, began, noise)
    except Exception as error:
        # A fault in one converter must not cost the user the other formats.
        if conversion.debug:
            raise
        sentence = f"the converter met something it did not expect ({type(error).__name__}: {error})"
        return _failed(row, EdgewrightError(f"{sentence}; run it again with --debug"), began, noise)
    return Outcome(
        format=row.format,
        path=path,
        size_bytes=path.stat().st_size,
        seconds=time.perf_counter() - began,
        notes=(*_notes_of(conversion, path), *product.notes, *noise.serious_lines()),
        log=noise.text,
    )


def _notes_of(conversion: _Conversion, path: Path) -> tuple[str, ...]:
    return (conversion.onnx_note,) if conversion.onnx_note and path.suffix == ONNX else ()


def _failed(row: Target, error: EdgewrightError, began: float, noise: Noise) -> Outcome:
    return Outcome(row.format, None, seconds=time.perf_counter() - began, error=error, log=noise.text)


def _check_basis(row: Target, earlier: Mapping[str, Outcome]) -> None:
    basis = earlier.get(row.derived_from or "")
    if basis is not None and basis.error is not None:
        # Of the same kind, so that the exit status tells whether a missing package is all that is wrong.
        raise type(basis.error)(f"{row.format} is made from {basis.format}, which could not be made: {basis.error}")


def _product(conversion: _Conversion, row: Target) -> Product:
    """The row's file, made by the function that its row names from the inputs that its row names."""
    chosen = maker_here(row, conversion.run)
    of_the_row: dict[str, Any] = {"format_name": row.format, "why_not_corrected": chosen.why_not_first}
    if row.derived_from is not None:
        basis = conversion.run.folder.file_of(row.derived_from)
        content = file_of_format(conversion.run, row.derived_from)
        becomes_onnx = conversion.run.folder.file_of(row.format).suffix == ONNX
        # Of what it makes, an .onnx file has a hash of its own; an engine's key names the file as it lies there.
        of_the_row["basis"] = unsealed(content, basis.suffix) if becomes_onnx else content
        check_readable(content, _readers(conversion, row), name=str(basis))
    shared = [name for name in chosen.maker.inputs if name not in of_the_row]
    conversion.inputs.make(shared)
    values = {**of_the_row, **conversion.inputs.values(shared)}
    product: Product = function_named(chosen.maker.function)(**{name: values[name] for name in chosen.maker.inputs})
    path = conversion.run.folder.file_of(row.format)
    if path.suffix == ONNX:
        check_readable(product.data, conversion.options.targets, name=path.name)
    return product


def _readers(conversion: _Conversion, row: Target) -> tuple[str, ...]:
    """The targets that read what the row is made from: those named, and the one that it is itself for."""
    own = format_named(row.format).target
    return (*conversion.options.targets, *([own] if own and own not in conversion.options.targets else []))


def _write(conversion: _Conversion, row: Target, product: Product) -> Path:
    folder = conversion.run.folder
    path = folder.file_of(row.format)
    written = {path, *(path.with_name(path.name + suffix) for suffix in product.beside)}
    for suffix, data in product.beside.items():
        atomic.write_bytes(path.with_name(path.name + suffix), data)
    atomic.write_bytes(path, sealed(product.data, path.suffix))
    entry = {"format": row.format, **origin_of(conversion.run, conversion.options, row), **product.options}
    versions = versions_of(("edgewright", *packages_of(row)))
    add_artefacts(
        folder.path,
        {
            each.relative_to(folder.path).as_posix(): describe(each, stage=STAGE, options=entry, versions=versions)
            for each in sorted(written)
        },
    )
    return path
