import os
import sys

import pytest

from edgewright_runtime.library_noise import captured


def test_what_libraries_print_is_kept_and_not_shown(capfd):
    with captured() as noise:
        os.write(1, b"from C++\n")
        os.write(2, b"E1122 10:11:12.131415 77 file.cc:9] it went wrong\n")
    assert capfd.readouterr() == ("", "")
    assert "from C++" in noise.text
    assert noise.serious_lines() == ("it went wrong",)


def test_errors_about_absent_gpus_are_not_serious():
    with captured() as noise:
        os.write(2, b"E0000 00:00:1.1 19080 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error\n")
    assert noise.serious_lines() == ()


def test_python_still_reaches_the_terminal(capfd):
    with captured():
        print("shown", file=sys.stderr)
    assert capfd.readouterr().err == "shown\n"


def test_output_is_back_after_an_error(capfd):
    with pytest.raises(RuntimeError), captured():
        raise RuntimeError
    os.write(1, b"again\n")
    assert capfd.readouterr().out == "again\n"


def test_debug_shows_everything(capfd):
    with captured(show=True) as noise:
        os.write(1, b"from C++\n")
    assert (capfd.readouterr().out, noise.text) == ("from C++\n", "")
