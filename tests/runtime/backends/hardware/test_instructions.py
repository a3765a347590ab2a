"""A processor without an instruction that a library needs is told before the library is imported."""

import platform

import pytest

from edgewright_runtime.backends.hardware.instructions import (
    check_instructions,
    flags_here,
    flags_of,
    is_unusual,
    lacks_lse_atomics,
)
from edgewright_runtime.errors import MissingDependencyError

PI_4 = """processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU part\t: 0xd08

processor\t: 1
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU part\t: 0xd08
"""
PI_5 = PI_4.replace("crc32", "aes pmull sha1 sha2 crc32 atomics fphp asimdhp")
CELERON = (
    "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2\nbugs\t\t: spectre_v1\n"
)


def test_features_are_those_that_every_core_has():
    assert flags_of(PI_4) == {"fp", "asimd", "evtstrm", "crc32", "cpuid"}
    assert flags_of(PI_4 + "\nprocessor: 2\nFeatures: fp asimd atomics\n") == {"fp", "asimd"}
    assert flags_of(CELERON) == {"fpu", "sse", "sse2", "ssse3", "sse4_1", "sse4_2"}
    assert flags_of("nothing of the kind") == frozenset()


@pytest.mark.parametrize(
    ("package", "version", "cpuinfo", "machine", "lacking"),
    [
        ("tensorflow", "2.21.0", CELERON, "x86_64", "avx"),
        ("onnxruntime", "1.21.0", PI_4, "aarch64", "atomics"),
    ],
)
def test_library_that_would_die_here_is_named_with_what_it_needs(package, version, cpuinfo, machine, lacking):
    with pytest.raises(MissingDependencyError, match=f"{package} {version} needs a processor with {lacking}, which"):
        check_instructions(package, version=version, flags=flags_of(cpuinfo), machine=machine)


@pytest.mark.parametrize(
    ("package", "version", "cpuinfo", "machine"),
    [
        ("tensorflow", "2.21.0", CELERON + "flags: avx", "aarch64"),
        ("onnxruntime", "1.22.0", PI_4, "aarch64"),
        ("onnxruntime", "1.21.0", PI_5, "aarch64"),
        ("ai-edge-litert", "2.1.0", PI_4, "aarch64"),
        ("tensorflow", "2.21.0", "", "x86_64"),
    ],
)
def test_library_that_runs_or_of_which_nothing_is_known_is_left_alone(package, version, cpuinfo, machine):
    check_instructions(package, version=version, flags=flags_of(cpuinfo), machine=machine)


@pytest.mark.parametrize(
    ("cpuinfo", "machine", "unusual", "armv8_0"),
    [
        (PI_4, "aarch64", True, True),
        (PI_5, "aarch64", False, False),
        (CELERON, "x86_64", True, False),
        (CELERON.replace("sse4_2", "sse4_2 avx avx2 fma"), "x86_64", False, False),
        ("", "x86_64", False, False),
    ],
)
def test_processors_that_libraries_are_seldom_tried_on_are_known(cpuinfo, machine, unusual, armv8_0):
    assert is_unusual(flags_of(cpuinfo), machine) == unusual
    assert lacks_lse_atomics(flags_of(cpuinfo), machine) == armv8_0


@pytest.mark.skipif(platform.system() != "Linux", reason="only Linux tells in /proc/cpuinfo")
def test_this_machines_features_are_read():
    assert flags_here() & {"fpu", "fp"}
