"""Which of a run folder's formats to measure."""

from __future__ import annotations

from dataclasses import dataclass

from ..backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ..backends.nvidia.cuda import why_no_gpu
from ..backends.table import takes
from ..errors import EdgewrightError, MissingDependencyError
from ..run.formats import REFERENCE_FORMATS, Format, format_names
from ..run.run_folder import RunFolder
from ..suggestion import quoted


@dataclass(frozen=True)
class Selection:
    """What to measure.

    Attributes:
        formats: names, in the order of the table or as they were asked for.
        left_out: formats that lie there although nothing here can run them, each with the reason.
    """

    formats: tuple[str, ...]
    left_out: tuple[tuple[str, EdgewrightError], ...] = ()


def chosen_formats(
    run: RunFolder, asked: str | None, *, with_reference: bool, acceleration: Acceleration = LIBRARY_DECIDES
) -> Selection:
    """The formats asked for, or else all that the run folder holds; engines only where there is a GPU.

    Of engines that were built for a kind of board by name, those for other machines than this one are left out.

    Args:
        run: the run folder. It need not hold the float model: one that was copied to a board often does not.
        asked: names separated by commas, or None.
        with_reference: whether the float model is one of them when nothing is asked for.
        acceleration: what they are to run with; those that do not take it are no candidates when nothing is asked for.

    Raises:
        EdgewrightError: an asked format is unknown, or the folder holds none.
        MissingDependencyError: it holds engines alone, and there is no GPU here.
        OtherMachineError: it holds engines for other machines alone.
    """
    if asked is not None:
        return Selection(format_names(asked))
    present = [row for row in run.present() if takes(row.backend, acceleration)]
    if not present and acceleration.asked:
        raise EdgewrightError(f"{run.path} holds no format that takes {', '.join(acceleration.asked)}")
    references = [row.name for row in present if row.name in REFERENCE_FORMATS]
    found = [row for row in present if row.name not in REFERENCE_FORMATS]
    # Asked only where an engine lies there, for the answer may take a while.
    no_gpu = why_no_gpu() if any(not row.runs_here for row in found) else None
    left_out = {row.name: why for row in found if (why := _why_not_here(run, row, no_gpu)) is not None}
    formats = [*(references[:1] if with_reference else []), *(row.name for row in found if row.name not in left_out)]
    if no_gpu is not None and not formats:
        raise MissingDependencyError(f"{run.path} holds nothing but {', '.join(left_out)}. {no_gpu}")
    if left_out and not formats:
        raise next(iter(left_out.values()))
    if not formats:
        raise EdgewrightError(
            f"{run.path} holds no converted model; make one with: edgewright convert {quoted(run.path)}"
        )
    return Selection(tuple(formats), tuple(left_out.items()))


def _why_not_here(run: RunFolder, row: Format, no_gpu: str | None) -> EdgewrightError | None:
    if row.runs_here:
        return None
    if no_gpu is not None:
        return MissingDependencyError(no_gpu)
    if not row.target:
        return None
    from ..backends.nvidia.tensorrt import why_not_here

    return why_not_here(run.file_of(row.name))
