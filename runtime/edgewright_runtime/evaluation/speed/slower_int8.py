"""Where INT8 is slower than float: a file that only costs accuracy."""

from __future__ import annotations

from collections.abc import Mapping

from ...run.formats import REFERENCE_FORMATS, format_named


def slower_than_float(p50_ms: Mapping[str, float], *, earlier: Mapping[str, float] | None = None) -> dict[str, str]:
    """A sentence by INT8 format, for each whose median is above that of a float format of the same library.

    Args:
        p50_ms: by format, of one bench.
        earlier: the same of other formats, of earlier ones on this machine.
    """
    before = {} if earlier is None else earlier
    sentences = {}
    for name, median in p50_ms.items():
        row = format_named(name)
        rivals = {
            other: value
            for other, value in {**before, **p50_ms}.items()
            if other not in REFERENCE_FORMATS
            and format_named(other).backend == row.backend
            and not format_named(other).is_int8
        }
        fastest = min(rivals, key=lambda each: rivals[each], default=None)
        if row.is_int8 and fastest is not None and median > rivals[fastest]:
            when = "" if fastest in p50_ms else " when that was measured"
            sentences[name] = (
                f"slower here than float: p50 {median:.2f} ms, and {rivals[fastest]:.2f} ms of {fastest}{when}; INT8 "
                f"gains nothing on this machine{_instead(name)}"
            )
    return sentences


def _instead(name: str) -> str:
    return "; onnx-int8-cpu is the INT8 file for processors, onnx-int8 is for TensorRT" if name == "onnx-int8" else ""
