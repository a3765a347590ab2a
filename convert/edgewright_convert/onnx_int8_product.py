"""model_int8.onnx: from the corrected model where there is one, else from the float32 .onnx file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import onnx

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.optional_imports import is_absent

from .activation_ranges import ranges_of
from .onnx_checks import check_explicit_int8, check_finite, check_onnx
from .onnx_graph import OPSET, serialised
from .onnx_int8 import onnx_int8_from_onnx, tensors_to_watch
from .options import PLAIN
from .product import Product
from .sources import Sources

if TYPE_CHECKING:
    from .int8 import Corrected
    from .int8.judge import Judged
    from .onnx_int8_file import OnnxInt8File

_NEEDED = ("tensorflow", "keras", "tf2onnx")


@dataclass(frozen=True)
class _Made:
    data: bytes
    made_by: str
    why: str = ""
    notes: tuple[str, ...] = ()
    judged: Judged | None = None
    float16_layers: Mapping[str, float | None] = field(default_factory=dict)


def int8_product(sources: Sources) -> Product:
    """The product."""
    representative = sources.representative
    corrected, why = _correction(sources)
    made = _Made(_plain(sources), PLAIN, why) if corrected is None else _corrected(sources, corrected)
    check_explicit_int8(check_onnx(made.data), some_in_float16=bool(made.float16_layers))
    check_finite(made.data, sources.sample.pixels)
    options = {
        "opset": OPSET,
        "representative_dataset": representative.as_options(),
        "int8": {
            "made_by": made.made_by,
            "why": made.why,
            "agreement": made.judged.agreement if made.judged else None,
            "kept_in_float16": list(made.float16_layers),
        },
    }
    read = representative.notes(sources.options.representative_size)
    judging = () if corrected is None else sources.judging_read.notes
    said = (made.why,) if made.why else ()
    return Product(made.data, options=options, notes=(*read, *judging, *said, *made.notes))


def _correction(sources: Sources) -> tuple[Corrected | None, str]:
    """The corrected model, or why there is none: a Jetson often has neither the float model nor TensorFlow."""
    if not sources.has_reference:
        return None, "not corrected: the run came without its float model"
    absent = [package for package in _NEEDED if is_absent(package)]
    if absent:
        return None, f"not corrected: {', '.join(absent)} not installed here"
    return sources.correction.corrected, sources.correction.why_not


def _plain(sources: Sources, images: int | None = None) -> bytes:
    """The file with ranges from the float32 one, looked for on this many images, or on all."""
    float32 = onnx.load_from_string(sources.bytes_of("onnx-fp32"))
    ranges = ranges_of(float32, tensors_to_watch(float32), sources.representative.pixels[:images])
    return serialised(onnx_int8_from_onnx(float32, ranges))


def _corrected(sources: Sources, corrected: Corrected) -> _Made:
    """The corrected file, or the plain one where that is nearer to the float model."""
    from .int8.guarded import nearer_plain
    from .int8.judge import judged
    from .onnx_export import contract_metadata
    from .onnx_int8_file import onnx_answers, onnx_int8_from_corrected

    judges, wanted = sources.judging, sources.judging_answers
    try:
        made = onnx_int8_from_corrected(
            corrected,
            contract_metadata(sources.contract, sources.labels),
            sources.representative.pixels,
            judges,
            wanted,
            keep_float=sources.options.keep_float,
        )
    except EdgewrightError as error:
        return _Made(_plain(sources), PLAIN, f"not corrected: {error}")
    effort = sources.options.int8_effort
    notes = _notes(made)
    if not len(judges):
        return _Made(made.data, effort, "", notes, made.judged, made.float16_layers)

    def judge(file: bytes) -> Judged:
        return judged(onnx_answers(file, judges), wanted)

    ours = made.judged or judge(made.data)
    plain = nearer_plain(ours, effort, lambda images: _plain(sources, images), judge)
    if plain is None:
        return _Made(made.data, effort, "", notes, ours, made.float16_layers)
    return _Made(plain.data, PLAIN, plain.why, judged=plain.judged)


def _notes(made: OnnxInt8File) -> tuple[str, ...]:
    from .int8_notes import fallback_notes

    causes = tuple(
        f"the output of {layer} stays float16: it alone causes {share:.0%} of the error of the activations that have "
        f"128 levels only"
        for layer, share in made.float16_layers.items()
        if share is not None
    )
    if made.fallback is None:
        return causes
    return (*causes, *fallback_notes(made.fallback, "float", further=bool(causes)))
