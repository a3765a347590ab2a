import logging
import os
import sys
import threading

import pytest

from edgewright_runtime.library_noise import captured, quietened


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


def test_quietened_block_redirects_nothing(capfd):
    with quietened() as noise:
        os.write(1, b"from C++\n")
        os.write(2, b"from C++\n")
    assert capfd.readouterr() == ("from C++\n", "from C++\n")
    assert noise.text == ""


def test_quietened_block_sets_a_librarys_own_switch_only_where_the_user_has_not(monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with quietened():
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "2"
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with quietened():
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_debug_leaves_libraries_as_they_are(monkeypatch):
    monkeypatch.setenv("EDGEWRIGHT_DEBUG", "1")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with quietened():
        assert "TF_CPP_MIN_LOG_LEVEL" not in os.environ
        assert logging.getLogger("tf2onnx").level == logging.NOTSET


def test_loggers_are_as_before_once_the_last_of_overlapping_threads_is_done(monkeypatch):
    logger = logging.getLogger("tf2onnx")
    monkeypatch.setattr(logger, "level", logging.INFO)
    entered, first_is_done = threading.Event(), threading.Event()

    def second():
        with quietened():
            entered.set()
            first_is_done.wait(10)
            assert logger.level == logging.ERROR

    thread = threading.Thread(target=second)
    with quietened():
        thread.start()
        entered.wait(10)
    first_is_done.set()
    thread.join()
    assert logger.level == logging.INFO
    assert logger.filters == []
