"""The measuring process does what its order says, and ends with the status of what went wrong."""

import json
import subprocess
import sys

import pytest

from edgewright_runtime.evaluation.speed.figures import LatencyFigures
from edgewright_runtime.evaluation.speed.order import Order
from edgewright_runtime.evaluation.speed.timing import Sampling
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.decoders import decoder_for

QUICK = Sampling(min_runs=4, min_seconds=0, warm_up_runs=1, warm_up_seconds=0)


def started(order: dict) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgewright_runtime.evaluation.speed.worker", json.dumps(order)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def order(converted_run, digit_images, tmp_path) -> dict:
    images = (str(digit_images / "3" / "0001.png"), str(digit_images / "4" / "0001.png"))
    return Order(str(converted_run), "tflite-int8", images, QUICK, 1, str(tmp_path / "figures.json")).to_dict()


def test_figures_are_written_and_nothing_is_printed(order, converted_run, tmp_path):
    done = started(order)
    assert (done.returncode, done.stdout) == (0, "")
    found = LatencyFigures.from_dict(json.loads((tmp_path / "figures.json").read_text()))
    file = converted_run / "tflite" / "model_int8.tflite"
    assert (found.size_bytes, found.sha256) == (file.stat().st_size, sha256_of_file(file))
    assert [part.summary.runs for part in (found.inference, found.preprocessing, found.total)] == [4, 4, 4]
    assert found.cold_load_ms > found.first_inference_ms > 0
    assert found.threads == 1
    assert found.decoder == decoder_for(Preprocessing(8, 8)).library


def test_folder_is_as_large_as_its_files_and_has_no_hash(order, converted_run, tmp_path):
    assert started({**order, "format": "saved-model"}).returncode == 0
    found = json.loads((tmp_path / "figures.json").read_text())
    files = [file for file in (converted_run / "saved_model").rglob("*") if file.is_file()]
    assert found["size_bytes"] == sum(file.stat().st_size for file in files)
    assert found["sha256"] is None


@pytest.mark.parametrize("change", [{"format": "tflite-int"}, {"images": ["nowhere.png"]}, {"threads": "two"}])
def test_what_is_wrong_is_one_sentence_and_no_figures(order, tmp_path, change):
    done = started({**order, **change})
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "figures.json").exists()
