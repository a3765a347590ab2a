"""This machine has a name, and only the cores that this process may use."""

import os
import platform

import pytest

from edgewright_runtime.machine import cores, machine, text_of


def test_machine_is_told_in_full():
    found = machine()
    assert found.processor
    assert found.architecture == platform.machine()
    assert found.python == platform.python_version()
    assert found.system.startswith(platform.system())
    assert found.cores == cores() >= 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot keep a process to some cores")
def test_cores_are_those_that_this_process_may_use():
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)
    assert cores() == len(allowed)


def test_file_of_the_kernel_that_says_nothing_is_none(tmp_path):
    assert text_of(tmp_path / "nowhere") is None
    (tmp_path / "empty").write_text("\n")
    assert text_of(tmp_path / "empty") is None
    (tmp_path / "governor").write_text("powersave\n")
    assert text_of(tmp_path / "governor") == "powersave"
