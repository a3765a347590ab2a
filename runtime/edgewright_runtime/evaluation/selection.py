"""Which of a run folder's formats to measure."""

from __future__ import annotations

from ..backends.cuda import why_no_gpu
from ..errors import EdgewrightError
from ..run.formats import REFERENCE_FORMATS, Format, format_names
from ..run.run_folder import RunFolder
from ..suggestion import quoted


def chosen_formats(run: RunFolder, asked: str | None, *, with_reference: bool) -> tuple[str, ...]:
    """The formats asked for, or else all that the run folder holds and this machine can run.

    Args:
        run: the run folder.
        asked: names separated by commas, or None.
        with_reference: whether the float model is one of them when nothing is asked for.

    Raises:
        EdgewrightError: an asked format is unknown, or the folder holds none.
    """
    if asked is not None:
        return format_names(asked)
    references = [row for row in run.present() if row.name in REFERENCE_FORMATS]
    converted = [row for row in run.present() if row.name not in REFERENCE_FORMATS]
    found = tuple(row.name for row in (*(references[:1] if with_reference else ()), *converted) if _runs_here(row))
    if not found:
        raise EdgewrightError(
            f"{run.path} holds no converted model; make one with: edgewright convert {quoted(run.path)}"
        )
    return found


def _runs_here(row: Format) -> bool:
    return row.runs_here or why_no_gpu() is None
