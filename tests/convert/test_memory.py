import gc
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from edgewright_convert.memory import return_freed_memory


class Circle:
    """Refers to itself, as models do."""

    def __init__(self) -> None:
        self.me = self


def test_what_refers_to_itself_is_let_go():
    gc.disable()
    try:
        gone = weakref.ref(Circle())
        return_freed_memory()
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_system_gets_back_what_the_allocator_kept():
    # Blocks below the size that is mapped by itself, with every second one still there: the gaps stay with malloc.
    blocks = [np.ones(2**13, np.uint8) for _ in range(2**14)]
    del blocks[::2]
    del blocks[: len(blocks) - 1]
    before = _resident_kb()
    return_freed_memory()
    assert _resident_kb() <= before


def _resident_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
