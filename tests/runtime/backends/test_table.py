"""Opening a model is what a program does in the middle of its own work: its output goes where it went before."""

import subprocess
import sys

import pytest

from edgewright_runtime.backends import table, tflite
from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.backends.nvidia import tensorrt
from edgewright_runtime.backends.table import BACKENDS, backend_for, load
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.run.run_folder import RunFolder

# Another thread looks all the while at what the descriptors stand for.
OPEN = """
import os, sys, threading
from edgewright_runtime.classifier import Classifier

def targets():
    return [(os.fstat(number).st_dev, os.fstat(number).st_ino) for number in (1, 2)]

def watch():
    while not done.is_set():
        seen.add(tuple(targets()))
        looks.append(1)

sys.setswitchinterval(1e-4)
expected, seen, looks, done = tuple(targets()), set(), [], threading.Event()
streams = sys.stdout, sys.stderr
watcher = threading.Thread(target=watch)
watcher.start()
Classifier.open(sys.argv[1])
done.set()
watcher.join()
assert len(looks) > 20, len(looks)
assert seen == {expected}, seen
assert streams == (sys.stdout, sys.stderr)
"""

LITERT_HAS_NO_SWITCH_FOR = "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"


@pytest.mark.parametrize(("name", "may_say"), [("tflite-int8", LITERT_HAS_NO_SWITCH_FOR), ("onnx-fp32", "")])
def test_opening_a_model_leaves_the_processs_output_alone_and_prints_nothing_of_its_own(converted_run, name, may_say):
    model = RunFolder(converted_run).file_of(name)

    done = subprocess.run([sys.executable, "-c", OPEN, model], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr in {"", may_say}


@pytest.mark.parametrize("name", ["tflite-int8", "onnx-fp32"])
def test_command_shows_nothing_of_what_libraries_print(converted_run, digit_images, name):
    image = digit_images / "7" / "0000.png"
    command = [sys.executable, "-m", "edgewright_runtime.cli", "classify", converted_run, image, "--format", name]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{image}: ")
    assert done.stderr.startswith(f"({name}, ")
    assert done.stderr.count("\n") == 1


def test_name_of_a_file_tells_its_backend(tmp_path):
    assert backend_for(tmp_path) == "saved-model"
    for row in BACKENDS[2:]:
        assert backend_for(tmp_path / f"model{row.suffix.upper()}") == row.name
    with pytest.raises(EdgewrightError, match=r"is no model file that Edgewright runs; it takes \.keras, \.tflite"):
        backend_for(tmp_path / "model.pt")


def test_unknown_backend_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(EdgewrightError, match="needs the coreml backend; this release has keras, saved-model"):
        load(tmp_path / "model.mlmodel", backend="coreml")


def test_table_knows_the_libraries_that_each_leaf_tries():
    libraries = {row.name: row.libraries for row in BACKENDS}
    assert libraries["tflite"] == tuple(library.top_module for library in tflite.LIBRARIES)
    assert [libraries[library.package] for library in tensorrt.LIBRARIES] == [
        (library.module,) for library in tensorrt.LIBRARIES
    ]


def test_model_is_tried_in_a_process_of_its_own_on_a_processor_that_lacks_what_most_have(
    converted_run, softmax_delegate, monkeypatch, tmp_path
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(table, "is_unusual", lambda: True)
    path = converted_run / "tflite" / "model_fp32.tflite"
    assert table.load(path, backend="tflite").input.shape == (1, 32, 32, 3)
    # This delegate executes an instruction that no processor has: without the trial it would end the tests.
    dies = Acceleration(delegate=str(softmax_delegate), delegate_options=(("trap", "yes"),))
    with pytest.raises(MissingDependencyError, match="ends a process by SIGILL"):
        table.load(path, backend="tflite", acceleration=dies)
