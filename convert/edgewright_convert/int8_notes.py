"""What the user is told about layers that an INT8 file keeps in float."""

from __future__ import annotations

from .int8.fallback import AUTO_AGREEMENT, Fallback


def fallback_notes(
    found: Fallback,
    precision: str,
    *,
    slower: float | None = None,
    grown: float | None = None,
    further: bool = False,
) -> tuple[str, ...]:
    """One phrase on what was kept, gained and paid, and one on what was tried in vain.

    Args:
        found: the search's result.
        precision: what the kept layers compute in, such as `float32`.
        slower: latency divided by that of the file with none kept; None if not measured.
        grown: size divided by that of the file with none kept.
        further: some are kept already, for another reason.
    """
    vain = [attempt.layer for attempt in found.attempts if not attempt.kept]
    tried = (f"kept in INT8 again, since float did not pay: {', '.join(vain)}",) if vain else ()
    return (_result(found, precision, slower, grown, further=further), *tried)


def _result(found: Fallback, precision: str, slower: float | None, grown: float | None, *, further: bool) -> str:
    images = f"on {found.after.images} images outside calibration and test"
    if not found.layers:
        reached = found.before.agreement >= AUTO_AGREEMENT and not found.attempts
        why = "none is needed" if reached else "none pays"
        which = "no further layer" if further else "no layer"
        return f"{which} kept in {precision}, {why}: agreement {found.before.agreement:.1%} {images}"
    paid = [f"size x{grown:.2f}"] if grown is not None else []
    paid += [f"latency x{slower:.2f} here"] if slower is not None else []
    cost = f"; cost: {', '.join(paid)}" if paid else ""
    return (
        f"kept in {precision}: {', '.join(found.layers)}; agreement {found.before.agreement:.1%} to "
        f"{found.after.agreement:.1%}, difference of probabilities {found.before.distance:.4f} to "
        f"{found.after.distance:.4f} {images}{cost}"
    )
