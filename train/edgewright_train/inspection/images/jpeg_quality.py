"""How hard a JPEG was compressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The luminance table that ITU-T T.81, annex K.1, gives, which nearly all encoders scale.
_STANDARD_SUM = 3689


def jpeg_quality(tables: Mapping[int, Sequence[int]]) -> float:
    """The quality from 1 to 100 that the Independent JPEG Group's encoder would name, from the luminance table's sum.

    Args:
        tables: quantization tables as Pillow gives them; the first is the luminance's.
    """
    percent = 100 * sum(tables[min(tables)]) / _STANDARD_SUM
    # jcparam.c: jpeg_quality_scaling, the other way round.
    quality = (200 - percent) / 2 if percent <= 100 else 5000 / percent
    return float(min(100.0, max(1.0, quality)))
