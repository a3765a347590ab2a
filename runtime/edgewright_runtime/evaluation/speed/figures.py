"""What was measured of one format's latency, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...machine import Machine
from .environment import Moment
from .timing import Summary, summarise


@dataclass(frozen=True)
class Timing:
    """One part of the work, timed.

    Attributes:
        summary: percentiles and the like.
        samples_ms: every raw sample.
    """

    summary: Summary
    samples_ms: tuple[float, ...]

    @classmethod
    def of(cls, samples_ms: Sequence[float]) -> Timing:
        """The timing of these samples, milliseconds."""
        return cls(summarise(samples_ms), tuple(round(value, 4) for value in samples_ms))

    def to_dict(self) -> dict[str, Any]:
        """One flat JSON object."""
        return {**asdict(self.summary), "samples_ms": list(self.samples_ms)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Timing:
        """The timing that `to_dict` wrote."""
        summary = Summary(**{field.name: value[field.name] for field in fields(Summary)})
        return cls(summary, tuple(value["samples_ms"]))


@dataclass(frozen=True)
class LatencyFigures:
    """One format's figures on one machine.

    Attributes:
        inference: of pixels to probabilities, one image.
        preprocessing: of a file to pixels.
        total: of both together.
        cold_load_ms: from the start of Python code to a loaded model.
        first_inference_ms: the first one, which is slower.
        size_bytes: of the model's files.
        peak_memory_mb: of the process, in units of 10^6 bytes; None where the machine does not tell.
        threads: that inference was allowed; None for the library's choice.
        library: what ran the model, with its version.
        machine: where.
        before: the machine's state before.
        after: the same afterwards.
        warnings: what makes the figures less trustworthy, one sentence each, with its remedy.
        sha256: of the model file; None of a model that is a folder.
        acceleration: what ran it in place of what the library would choose, as `Acceleration.described`; else None.
        decoder: what made pixels of the images, with its versions; None where that was not written down.
    """

    inference: Timing
    preprocessing: Timing
    total: Timing
    cold_load_ms: float
    first_inference_ms: float
    size_bytes: int
    peak_memory_mb: float | None
    threads: int | None
    library: str
    machine: Machine
    before: Moment
    after: Moment
    warnings: tuple[str, ...] = ()
    sha256: str | None = None
    acceleration: str | None = None
    decoder: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON object in latency.json: the inference's figures among the others."""
        plain = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in {"inference", "preprocessing", "total", "machine", "before", "after", "warnings"}
        }
        return {
            **self.inference.to_dict(),
            "preprocessing": self.preprocessing.to_dict(),
            "total": self.total.to_dict(),
            **plain,
            "machine": asdict(self.machine),
            "before": asdict(self.before),
            "after": asdict(self.after),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> LatencyFigures:
        """The figures that `to_dict` wrote.

        Raises:
            KeyError: one is not there.
        """
        same = ("cold_load_ms", "first_inference_ms", "size_bytes", "peak_memory_mb", "threads", "library")
        return cls(
            inference=Timing.from_dict(value),
            preprocessing=Timing.from_dict(value["preprocessing"]),
            total=Timing.from_dict(value["total"]),
            **{name: value[name] for name in same},
            machine=Machine(**value["machine"]),
            before=Moment(**value["before"]),
            after=Moment(**value["after"]),
            warnings=tuple(value["warnings"]),
            sha256=value.get("sha256"),
            acceleration=value.get("acceleration"),
            decoder=value.get("decoder"),
        )
