"""LiteRT's interpreter with other kernels than those it picks by itself."""

from __future__ import annotations

import functools
import os
from typing import Any

VARIABLE = "EDGEWRIGHT_TEST_XNNPACK"


def follow_environment() -> None:
    """Where `EDGEWRIGHT_TEST_XNNPACK` is 0, every interpreter of this process runs without XNNPACK.

    LiteRT has no switch of its own for that. It stays the real interpreter: what changes is the default of an argument
    of its constructor.
    """
    if os.environ.get(VARIABLE) != "0":
        return
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    made = Interpreter.__init__

    @functools.wraps(made)
    def with_own_kernels(self: Any, *given: Any, **named: Any) -> None:
        named.setdefault("experimental_op_resolver_type", OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        made(self, *given, **named)

    Interpreter.__init__ = with_own_kernels
