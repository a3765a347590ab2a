"""A library that ends its process by a signal ends only the one that it is tried in."""

import os

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.backends.hardware.survived import key_of
from edgewright_runtime.backends.hardware.trial import cause_of_death, check_survives
from edgewright_runtime.errors import MissingDependencyError

LIBRARIES = ("ai_edge_litert", "tflite_runtime", "tensorflow")


@pytest.fixture
def remembered(tmp_path, monkeypatch):
    """Lists what is remembered of survived trials, in a cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda: [file.name for file in tmp_path.rglob("survived/*")]


def tried(path, asked=None):
    check_survives(path, backend="tflite", libraries=LIBRARIES, acceleration=asked or Acceleration())


def test_illegal_instruction_is_one_sentence_and_the_process_lives(converted_run, softmax_delegate, remembered):
    asked = Acceleration(delegate=str(softmax_delegate), delegate_options=(("trap", "yes"),))
    with pytest.raises(MissingDependencyError, match="ends a process by SIGILL, an instruction that this processor l"):
        tried(converted_run / "tflite" / "model_fp32.tflite", asked)
    assert remembered() == []


def test_model_that_survived_is_remembered_until_it_changes(run_copy, remembered):
    path = run_copy / "tflite" / "model_fp32.tflite"
    tried(path)
    key = key_of(path, LIBRARIES, Acceleration())
    assert remembered() == [key]
    tried(path)
    assert key_of(path, LIBRARIES, Acceleration(xnnpack=False)) != key
    os.utime(path, (1, 1))
    assert key_of(path, LIBRARIES, Acceleration()) != key


def test_file_that_a_sentence_refuses_is_neither_dead_nor_remembered(tmp_path, remembered):
    (tmp_path / "m.tflite").write_bytes(b"no model")
    tried(tmp_path / "m.tflite")
    assert remembered() == []


def test_signals_are_told_by_their_names():
    assert cause_of_death(-4) == "by SIGILL, an instruction that this processor lacks"
    assert (cause_of_death(-11), cause_of_death(-100)) == ("by SIGSEGV", "by signal 100")
