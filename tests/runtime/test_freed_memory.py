import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import numpy as np
from edgewright_runtime.freed_memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()

def photo():
    return [np.ones(900_000, np.uint8) for _ in range(4)]

for _ in range(5):
    photo()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    photo()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives freed memory back at once")
def test_memory_of_one_photo_serves_the_next():
    """In processes of their own, in which nothing else has been allocated or set."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}

    def faults(how: str) -> int:
        command = [sys.executable, "-c", PROGRAM, how]
        return int(subprocess.run(command, env=clean, capture_output=True, text=True, check=True).stdout)

    assert faults("kept") < faults("given back") / 5
