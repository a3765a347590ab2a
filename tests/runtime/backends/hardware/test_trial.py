"""A library that ends its process by a signal ends only the one that it is tried in."""

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.backends.hardware.trial import cause_of_death, check_survives
from edgewright_runtime.errors import MissingDependencyError


def test_illegal_instruction_is_one_sentence_and_the_process_lives(converted_run, softmax_delegate):
    asked = Acceleration(delegate=str(softmax_delegate), delegate_options=(("trap", "yes"),))
    with pytest.raises(
        MissingDependencyError, match="ends a process by SIGILL, an instruction that this processor lacks"
    ):
        check_survives(converted_run / "tflite" / "model_fp32.tflite", backend="tflite", acceleration=asked)


@pytest.mark.parametrize("content", [None, b"no model"])
def test_model_that_runs_or_that_a_sentence_refuses_survives(converted_run, tmp_path, content):
    path = converted_run / "tflite" / "model_fp32.tflite"
    if content is not None:
        path = tmp_path / "m.tflite"
        path.write_bytes(content)
    check_survives(path, backend="tflite", acceleration=Acceleration())


def test_signals_are_told_by_their_names():
    assert cause_of_death(-4) == "by SIGILL, an instruction that this processor lacks"
    assert (cause_of_death(-11), cause_of_death(-100)) == ("by SIGSEGV", "by signal 100")
