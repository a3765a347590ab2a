"""What a user asks of the library that runs a model, beyond how many threads it may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...errors import EdgewrightError

GPU = "gpu"
"""The delegate's name that stands for LiteRT's own GPU accelerator, in place of a library's path."""


@dataclass(frozen=True)
class Acceleration:
    """What runs a model in place of what its library would choose.

    What is asked for and cannot be had is an error: nothing runs on the processor instead without a word.

    Attributes:
        xnnpack: whether TFLite interpreters may use XNNPACK; without it they use their own kernels.
        delegate: shared library of an external TFLite delegate, such as `libedgetpu.so.1`, or `gpu`; None for none.
        delegate_options: what the delegate is told, as pairs of a name and a value.
        providers: onnxruntime's execution providers, the preferred one first; empty for the processor. What none of
            them can run is an error, unless `cpu` is one of them.
    """

    xnnpack: bool = True
    delegate: str | None = None
    delegate_options: tuple[tuple[str, str], ...] = ()
    providers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.delegate_options and self.delegate is None:
            raise EdgewrightError("Options for a delegate need the delegate: --delegate LIBRARY")
        if self.delegate_options and self.delegate == GPU:
            raise EdgewrightError("--delegate gpu takes no options: --delegate-option goes with a delegate's library")

    @property
    def asked(self) -> tuple[str, ...]:
        """The options that differ from their defaults, as they are typed."""
        return (
            *(() if self.xnnpack else ("--no-xnnpack",)),
            *(() if self.delegate is None else ("--delegate",)),
            *(("--provider",) if self.providers else ()),
        )

    def described(self) -> str | None:
        """One text that tells it from every other, for files that keep figures; None where nothing was asked."""
        if not self.asked:
            return None
        options = ",".join(f"{name}={value}" for name, value in self.delegate_options)
        parts = ("" if self.xnnpack else "no xnnpack", self.delegate or "", options, ",".join(self.providers))
        return " ".join(part for part in parts if part)

    def refused_by(self, taken: Iterable[str]) -> tuple[str, ...]:
        """The options asked for that a backend which takes these does not."""
        return tuple(name for name in self.asked if name not in taken)


LIBRARY_DECIDES = Acceleration()
"""Nothing asked for."""


def acceleration_of(
    *,
    xnnpack: bool = True,
    delegate: str | None = None,
    delegate_options: Iterable[str] = (),
    providers: str | None = None,
) -> Acceleration:
    """The acceleration that was typed.

    Args:
        xnnpack: as in `Acceleration`.
        delegate: likewise.
        delegate_options: words such as `device=usb`.
        providers: names separated by commas.

    Raises:
        EdgewrightError: a word is malformed.
    """
    pairs = []
    for word in delegate_options:
        name, equals, value = word.partition("=")
        if not name or not equals:
            raise EdgewrightError(f"{word!r} is no option for a delegate; write it as NAME=VALUE")
        pairs.append((name, value))
    names = tuple(name.strip() for name in (providers or "").split(",") if name.strip())
    if providers is not None and not names:
        raise EdgewrightError(f"{providers!r} names no execution provider; write for example --provider cuda")
    return Acceleration(xnnpack, delegate, tuple(pairs), names)


def json_of(acceleration: Acceleration) -> dict[str, Any]:
    """The keyword arguments that make it again, as JSON has them."""
    return {
        "xnnpack": acceleration.xnnpack,
        "delegate": acceleration.delegate,
        "delegate_options": [list(pair) for pair in acceleration.delegate_options],
        "providers": list(acceleration.providers),
    }
