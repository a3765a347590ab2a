"""The Makefile as a user types it, in a folder whose files have spaces in their names."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
EDGEWRIGHT = Path(sys.executable).parent / "edgewright"
RUN = "RUN=my runs/first run"
NAMED = ("DATA=Tim's photos", "RECIPE=my recipe.toml", RUN)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The checkout's Makefile, run in that folder with the command that these tests run with."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = ["make", "-f", str(ROOT / "Makefile"), "--no-print-directory", f"EDGEWRIGHT={EDGEWRIGHT}", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**environment, "MPLBACKEND": "Agg"}
    )


def dates(run: Path) -> dict[str, int]:
    return {
        path.name: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file() and "cache" not in str(path)
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with photos, a small recipe and a run that `make train` has made of them."""
    import keras

    from edgewright_train.network import backbone_named
    from edgewright_train.network.network import backbone_model

    folder = tmp_path_factory.mktemp("a place")
    for label, grey in (("dark", 60), ("light", 190)):
        (folder / "Tim's photos" / label).mkdir(parents=True)
        for number in range(8):
            noise = np.random.default_rng((grey, number)).integers(-40, 40, (40, 40, 3))
            image = Image.fromarray((grey + noise).astype(np.uint8))
            image.save(folder / "Tim's photos" / label / f"photo {number}.png")
    text = (ROOT / "train" / "edgewright_train" / "recipes" / "flowers.toml").read_text()
    for key, value in (("input_size", "32"), ("backbone", '"small_cnn"')):
        text = re.sub(f"(?m)^{key} = .*", f"{key} = {value}", text)
    (folder / "my recipe.toml").write_text(text)
    backbone = backbone_model(backbone_named("small_cnn"), keras.Input((32, 32, 3)), alpha=0.5)
    backbone.save_weights(folder / "my own.weights.h5")
    done = make(folder, "train", *NAMED, "WEIGHTS=my own.weights.h5", "EPOCHS=1,0", "SEED=2")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def copy(place, tmp_path):
    """A copy of that folder that a test may change."""
    return Path(shutil.copytree(place, tmp_path / "a copy"))


def test_a_second_make_says_that_the_run_is_up_to_date(place):
    before = dates(place / "my runs")
    for named in (NAMED, (RUN,), (*NAMED, "WEIGHTS=my own.weights.h5", "EPOCHS=1,0", "SEED=2")):
        done = make(place, "train", *named)
        assert done.returncode == 0, done.stderr
        assert "my runs/first run is up to date: trained on Tim's photos with recipe my recipe.toml" in done.stdout
    assert dates(place / "my runs") == before


@pytest.mark.parametrize("target", ["train", "convert", "tflite-int8", "onnx", "tensorrt"])
@pytest.mark.parametrize(
    ("named", "difference"),
    [
        ("SEED=3", "seed: 3 given, 2 in the run"),
        ("EPOCHS=1,2", "epochs: 1,2 given, 1,0 in the run"),
        ("RECIPE=flowers", "recipe: flowers given, my recipe.toml in the run"),
        ("WEIGHTS=none such.h5", "weights: none such.h5 given, my own.weights.h5 in the run"),
    ],
)
def test_a_run_that_was_made_from_something_else_is_refused_by_every_target(place, target, named, difference):
    before = dates(place / "my runs")
    done = make(place, target, RUN, named)
    assert done.returncode == 2
    assert difference in done.stderr
    assert "OVERWRITE=1" in done.stderr
    assert dates(place / "my runs") == before


def test_a_photo_that_was_added_is_refused_and_one_that_was_touched_is_not(copy):
    photos = copy / "Tim's photos" / "dark"
    (photos / "photo 0.png").touch()
    assert make(copy, "train", *NAMED).returncode == 0
    shutil.copy(photos / "photo 0.png", photos / "one more.png")
    for named in (NAMED, (RUN,)):
        done = make(copy, "tflite-int8", *named)
        assert done.returncode == 2
        assert "data: Tim's photos has 1 new file (dark/one more.png)" in done.stderr


def test_a_recipe_that_was_changed_is_refused(copy):
    recipe = copy / "my recipe.toml"
    recipe.write_text(recipe.read_text().replace("\nbatch_size = ", "\nbatch_size = 7 # "))
    done = make(copy, "tflite-int8", *NAMED)
    assert done.returncode == 2
    assert "recipe: my recipe.toml has now batch_size 7 for " in done.stderr


def test_overwrite_is_handed_to_the_training(place):
    assert "--overwrite" in make(place, "--dry-run", "train", *NAMED, "OVERWRITE=1").stdout
    for no in ("OVERWRITE=", "OVERWRITE=0", "OVERWRITE=no"):
        done = make(place, "--dry-run", "train", *NAMED, no)
        assert "--overwrite" not in done.stdout
        assert "--if-needed" in done.stdout


def test_a_run_of_something_else_than_digits_asks_for_an_image_before_anything_is_done(place):
    for run in (RUN, "RUN=runs/vehicles", "RECIPE=viewpoint"):
        done = make(place, "classify", run)
        assert done.returncode == 2
        assert done.stderr.splitlines()[0].endswith("is to label: IMAGE=FILE")
        assert done.stderr.startswith("Error: name the image that the model in ")
        assert not done.stdout
    assert not (place / "runs").exists()
    assert not (place / "data").exists()


def test_the_digits_own_run_has_an_image(place):
    assert "classify 'runs/digits' 'data/digits/7/0007.png'" in make(place, "--dry-run", "classify").stdout


def test_no_digits_are_trained_to_label_an_image_with(place):
    done = make(place, "classify", "RUN=runs/vehicles", "IMAGE=Tim's photos/dark/photo 0.png")
    assert done.returncode == 2
    assert "A new run needs DATA and --recipe" in done.stderr
    assert not (place / "runs").exists()


def test_a_run_that_is_there_is_not_overwritten_with_the_digits(place):
    done = make(place, "train", RUN, "OVERWRITE=1")
    assert done.returncode == 2
    assert "A new run needs DATA and --recipe" in done.stderr


def test_options_go_to_convert_alone_and_are_refused_elsewhere(place):
    lines = make(place, "--dry-run", "tflite-int8", RUN, "OPTIONS=--keep-float auto").stdout.splitlines()
    assert [" --keep-float auto" in line for line in lines] == [False, True, False]
    done = make(place, "--dry-run", "evaluate", RUN, "OPTIONS=--strict")
    assert done.returncode == 2
    assert "OPTIONS goes to `edgewright convert` alone" in done.stderr


def test_images_to_calibrate_on_go_to_convert_alone_and_are_refused_elsewhere(place):
    named = "CALIBRATE=Tim's photos"
    for target in ("convert", "tflite-int8", "onnx", "demo"):
        lines = make(place, "--dry-run", target, *NAMED, "IMAGE=a.png", named, "OPTIONS=--seed 3").stdout.splitlines()
        (line,) = [line for line in lines if " --calibrate " in line]
        assert "/edgewright convert 'my runs/first run'" in line
        assert line.endswith("--calibrate 'Tim'\\''s photos' --seed 3")
    done = make(place, "--dry-run", "evaluate", RUN, named)
    assert done.returncode == 2
    assert "CALIBRATE goes to `edgewright convert` alone" in done.stderr


def test_explain_makes_a_file_first_and_takes_options_of_its_own(place):
    lines = make(place, "--dry-run", "explain", RUN, "OPTIONS=--int8-effort fast").stdout.splitlines()
    assert [line.split(" ", 1)[1] for line in lines[-2:]] == [
        "convert 'my runs/first run' --to tflite-int8 --if-needed",
        "explain 'my runs/first run' --int8-effort fast",
    ]
    done = make(place, "--dry-run", "tflite-int8", "explain", RUN, "OPTIONS=--int8-effort fast")
    assert done.returncode == 2
    assert "call make once for each" in done.stderr
    done = make(place, "--dry-run", "explain", RUN, "CALIBRATE=Tim's photos")
    assert done.returncode == 2
    assert "CALIBRATE goes to `edgewright convert` alone" in done.stderr


def test_explain_of_a_finished_run_makes_nothing_anew(place, run_copy):
    assert make(place, "--dry-run", "explain", f"RUN={run_copy}").stdout.count("\n") == 1


@pytest.mark.parametrize(
    "target", ["demo", "tflite-fp32", "tflite-fp16", "tflite-dynamic", "tflite-int8", "onnx", "evaluate"]
)
def test_what_the_gate_allows_reaches_every_comparison(place, target):
    limits = ("MAX_DROP=0.005", "MIN_AGREEMENT=0.9", "CONFIDENCE=0.99", "STRICT=1")
    lines = [line for line in make(place, "--dry-run", target, *limits).stdout.splitlines() if " evaluate " in line]
    assert len(lines) == 1
    assert lines[0].endswith(" --max-drop '0.005' --min-agreement '0.9' --confidence '0.99' --strict")
    assert "--strict" not in make(place, "--dry-run", target, "STRICT=0").stdout


def test_limits_take_effect_on_a_finished_run(run_copy, tmp_path):
    run = run_copy.rename(tmp_path / "finished run")
    header, *rows = (run / "splits.csv").read_text().splitlines()
    test = [row for row in rows if ",test," in row]
    few = [row for row in rows if row not in test[20:]]  # with fewer than 30 images nothing is decided
    (run / "splits.csv").write_text("\n".join((header, *few)) + "\n")
    assert make(tmp_path, "evaluate", f"RUN={run}").returncode == 0
    done = make(tmp_path, "evaluate", f"RUN={run}", "STRICT=1", "MAX_DROP=0.004")
    assert done.returncode == 2
    assert "INCONCLUSIVE: tflite-int8" in done.stdout
    thresholds = json.loads((run / "accuracy.json").read_text())["tflite-int8"]["test"]["thresholds"]
    assert thresholds == {"max_drop": 0.004, "min_agreement": 0.95, "confidence": 0.95}


def test_a_model_from_elsewhere_has_a_run_of_its_own_name(place):
    done = make(place, "--dry-run", "tflite-int8", "MODEL=her models/leaf net.keras", "LABELS=her labels.txt")
    first, second, _ = done.stdout.splitlines()
    assert first.endswith(
        " import 'her models/leaf net.keras' --out 'runs/leaf net' --labels 'her labels.txt' --if-needed"
    )
    assert " convert 'runs/leaf net' --to tflite-int8 --if-needed" in second
    assert "--out 'runs/saved'" in make(place, "--dry-run", "train", "MODEL=her models/saved/").stdout


def test_what_a_trained_model_cannot_take_is_refused(place):
    done = make(place, "--dry-run", "train", "MODEL=m.keras", "SEED=3", "EPOCHS=1,1")
    assert done.returncode == 2
    assert "EPOCHS SEED would go nowhere" in done.stderr


def test_help_lists_every_target_and_the_limits(place):
    told = make(place).stdout
    for word in ("tflite-int8", "explain", "classify", "MAX_DROP", "STRICT", "OVERWRITE=1", "CALIBRATE", "OPTIONS"):
        assert word in told
