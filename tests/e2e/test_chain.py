"""Whole chains, through make, as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.executable).parents[1]
EDGEWRIGHT = VENV / "bin" / "edgewright"


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # The environment that runs these tests stands in for `make setup`, whose mark make looks for.
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    done = (VENV / ".setup-done").exists()
    command = [
        "make",
        "--no-print-directory",
        f"VENV={VENV}",
        *([] if done else [f"EDGEWRIGHT={EDGEWRIGHT}"]),
        *arguments,
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    run = tmp_path_factory.mktemp("demo") / "digits"
    done = make("demo", f"RUN={run}")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return run, done


def test_demo_trains_a_model_of_at_least_95_percent(demo):
    run, _ = demo
    assert json.loads((run / "metrics.json").read_text())["test"]["accuracy"] >= 0.95


def test_demo_compares_and_times_every_format_that_needs_no_gpu(demo):
    run, done = demo
    formats = {f"tflite-{p}" for p in ("fp32", "fp16", "dynamic", "int8")} | {
        f"onnx-{p}" for p in ("fp32", "fp16", "int8", "int8-cpu")
    }
    accuracy, latency = (json.loads((run / name).read_text()) for name in ("accuracy.json", "latency.json"))
    assert set(accuracy) == formats
    assert set(latency) == formats | {"keras"}
    assert accuracy["tflite-fp32"]["test"]["verdict"] == "pass"
    assert accuracy["tflite-int8"]["test"]["agreement"] >= 0.97
    assert any(line.startswith("Fastest here: ") for line in done.stdout.splitlines())


def dates(run: Path) -> dict[str, int]:
    """When each model file was written."""
    files = [run / "model.keras", *run.glob("*/model_*")]
    return {file.relative_to(run).as_posix(): file.stat().st_mtime_ns for file in files}


def test_a_second_make_compares_again_and_makes_nothing(demo):
    run, _ = demo
    before = dates(run)
    again = make("tflite-int8", "onnx", f"RUN={run}")
    assert again.returncode == 0, again.stderr
    assert f"{run} is up to date: trained on data/digits" in again.stdout
    assert "Against keras" in again.stdout
    assert dates(run) == before


def test_a_format_that_is_gone_is_made_again_and_no_other(demo):
    run, _ = demo
    (run / "tflite" / "model_fp16.tflite").unlink()
    before = dates(run)
    again = make("tflite-fp16", f"RUN={run}")
    assert again.returncode == 0, again.stderr
    assert dates(run).keys() - before.keys() == {"tflite/model_fp16.tflite"}
    assert dates(run).items() >= before.items()


def test_a_stricter_limit_takes_effect_on_a_finished_run(demo):
    run, _ = demo
    done = make("tflite-int8", f"RUN={run}", "MAX_DROP=0.002", "CONFIDENCE=0.99")
    row = json.loads((run / "accuracy.json").read_text())["tflite-int8"]["test"]
    assert (row["thresholds"]["max_drop"], row["thresholds"]["confidence"]) == (0.002, 0.99)
    strict = make("tflite-int8", f"RUN={run}", "MAX_DROP=0.002", "CONFIDENCE=0.99", "STRICT=1")
    assert (strict.returncode == 0) == (row["verdict"] == "pass")
    assert done.returncode in {0, 2}
    restored = make("tflite-int8", f"RUN={run}")
    assert restored.returncode == 0, restored.stderr


def test_make_refuses_other_data_for_the_same_run(demo, digit_images):
    run, _ = demo
    before = dates(run)
    done = make("tflite-int8", f"RUN={run}", f"DATA={digit_images}")
    assert done.returncode == 2
    assert "was made from something else (data: " in done.stderr
    assert dates(run) == before


@pytest.mark.parametrize(
    ("name", "reference"),
    [("m.keras", "model.keras"), ("m.h5", "model.keras"), ("saved", "saved_model/saved_model.pb")],
)
def test_a_model_from_elsewhere_is_taken_in_once_and_a_changed_one_only_when_told(
    tmp_path, foreign_files, changed_files, name, reference
):
    model, run = foreign_files / name, tmp_path / "run"
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\nc\n")
    given = (f"MODEL={model}", f"LABELS={labels}", "NORMALISATION=unit", f"RUN={run}")
    first = make("train", *given)
    assert first.returncode == 0, first.stdout + first.stderr
    written = (run / reference).stat().st_mtime_ns
    assert make("train", *given).returncode == 0
    alone = make("train", f"RUN={run}")
    assert alone.returncode == 0, alone.stderr
    assert (run / reference).stat().st_mtime_ns == written
    other_seed = make("train", f"RUN={run}", "SEED=3")
    assert other_seed.returncode == 2
    assert "was not trained there" in other_seed.stderr
    changed = (*given[1:], f"MODEL={changed_files / name}")
    refused = make("train", *changed)
    assert refused.returncode == 2
    assert "replace it and all that was made from it with --overwrite" in refused.stderr
    assert (run / reference).stat().st_mtime_ns == written
    taken = make("train", *changed, "OVERWRITE=1")
    assert taken.returncode == 0, taken.stderr
    assert (run / reference).stat().st_mtime_ns != written


@pytest.fixture(scope="module")
def foreign_files(tmp_path_factory):
    return write_models(tmp_path_factory.mktemp("foreign"))


@pytest.fixture(scope="module")
def changed_files(tmp_path_factory):
    return write_models(tmp_path_factory.mktemp("changed"))


def write_models(folder: Path) -> Path:
    """A small model with weights of its own, as each kind of file that can be taken in."""
    import keras

    inputs = keras.Input((32, 32, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    model.export(folder / "saved", verbose=False)
    return folder


def test_an_independent_reader_of_the_contract_gets_the_same_labels(demo):
    """Knows preprocessing.json, labels.txt, Pillow and the interpreter, and nothing of ours."""
    from ai_edge_litert.interpreter import Interpreter

    run, _ = demo
    contract = json.loads((run / "preprocessing.json").read_text())
    labels = (run / "labels.txt").read_text().split("\n")
    folders = sorted(folder for folder in (ROOT / "data" / "digits").iterdir() if folder.is_dir())
    images = [image for folder in folders for image in sorted(folder.glob("*.png"))[:5]]
    assert len(images) == 50
    interpreter = Interpreter(str(run / "tflite" / "model_int8.tflite"))
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    expected = []
    for image in images:
        opened = Image.open(image).convert("RGB")
        pixels = opened.resize((contract["width"], contract["height"]), Image.Resampling.BILINEAR)
        interpreter.set_tensor(taken["index"], np.asarray(pixels, np.uint8)[None])
        interpreter.invoke()
        expected.append(labels[int(interpreter.get_tensor(given["index"])[0].argmax())])
    command = [EDGEWRIGHT, "classify", run, *images, "--format", "tflite-int8", "--json", "--top-k", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [answer["predictions"][0]["label"] for answer in json.loads(done.stdout)] == expected


@pytest.mark.shared
def test_flowers_reach_85_percent_and_a_full_integer_model(shared, tmp_path):
    run = tmp_path / "flowers"
    (weights,) = (shared / "weights").glob("mobilenet_v2_0.35_224_no_top*.h5")
    done = make(
        "tflite-int8", f"DATA={shared / 'data' / 'flowers5'}", "RECIPE=flowers", f"WEIGHTS={weights}", f"RUN={run}"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert json.loads((run / "metrics.json").read_text())["test"]["accuracy"] >= 0.85
    row = json.loads((run / "accuracy.json").read_text())["tflite-int8"]["test"]
    assert row["agreement"] >= 0.95
    assert "tflite/model_int8.tflite" in json.loads((run / "manifest.json").read_text())["artefacts"]
