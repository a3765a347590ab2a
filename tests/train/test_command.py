"""`edgewright train` and `edgewright digits` as a user types them."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.hashing import sha256_of_file

from ..painted import paint

MAIN = "from edgewright_runtime.cli import main; main()"


def edgewright(*arguments: object, before: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", before + MAIN, *map(str, arguments)]
    environment = {**os.environ, "EDGEWRIGHT_DEBUG": ""}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment, **options)


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.relative_to(folder).as_posix(): (sha256_of_file(path), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def without_checkpoint(files: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    return {name: file for name, file in files.items() if not name.startswith(".checkpoint/")}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, colours, backbone_weights):
    out = tmp_path_factory.mktemp("command") / "run"
    result = edgewright(
        "train", colours, "--recipe", "banana", "--out", out, "--weights", backbone_weights,
        "--size", 32, "--epochs", "3,0", "--seed", 4, "--json",
    )  # fmt: skip
    return out, result


def test_training_ends_with_status_0_and_prints_the_metrics_alone(trained):
    out, result = trained
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == json.loads((out / "metrics.json").read_text())


def test_progress_is_a_line_per_epoch_and_nothing_of_tensorflow(trained):
    lines = trained[1].stderr.splitlines()
    assert [line.split(":")[0] for line in lines if "val_accuracy" in line] == ["head 1/3", "head 2/3", "head 3/3"]
    assert lines[0] == "36 images of 3 classes: train 24, val 6, test 6."
    assert not [line for line in lines if "oneDNN" in line or "absl" in line or "cuda" in line or "Warning:" in line]


def test_result_is_a_table_the_folder_the_next_command_and_the_page(colours, tmp_path):
    result = edgewright(
        "train", colours, "--recipe", "digits", "--out", "runs/my colours", "--epochs", "0,1", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[1:5]] == ["class", "blue", "green", "red"]
    assert "Test accuracy" in result.stdout
    assert "Run folder: runs/my colours" in result.stdout
    assert "edgewright convert 'runs/my colours' --to tflite-int8" in result.stdout
    assert result.stdout.endswith("How good it is, and where it errs: runs/my colours/report.html\n")
    assert (tmp_path / "runs/my colours/report.html").is_file()


def test_backbones_are_listed_without_data_a_run_or_tensorflow():
    result = edgewright("train", "--list-backbones", before="import sys; sys.modules['tensorflow'] = None; ")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("backbone ")
    assert "mobilenet_v3_small" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["nowhere", "--recipe", "digits"], 2, "There is no data set at nowhere"),
        (["data", "--recipe", "flowrs"], 2, "Unknown recipe 'flowrs': did you mean 'flowers'?"),
        (["data", "--recipe", "digits", "--epochs", "3"], 2, "--epochs takes two whole numbers"),
        (["data", "--recipe", "digits", "--epochs=-1,3"], 2, "--epochs takes two whole numbers"),
        (["data", "--recipe", "digits", "--epochs", "3,0"], 2, "give --epochs 0,N"),
        (["data", "--recipe", "digits", "--size", "256"], 2, "input_size must be from 16 to 224"),
        (["data", "--recipe", "digits", "--alpha", "3"], 2, "alpha must be one of"),
        (["data", "--recipe", "digits", "--seed", "-1"], 2, "seed must be"),
        (["data", "--recipe", "digits", "--weights", "gone.h5"], 2, "There is no weights file gone.h5"),
        (["data", "--recipe", "digits", "--labels", "gone.txt"], 2, "Cannot read the labels file gone.txt"),
        (["one", "--recipe", "digits"], 2, "one has the one class 'only'"),
        (["one.csv", "--recipe", "digits"], 2, "no column that can be taken for 'label'"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_its_status(tmp_path, arguments, status, sentence):
    paint(tmp_path / "data", per_class=3)
    (tmp_path / "one" / "only").mkdir(parents=True)
    Image.new("RGB", (9, 9)).save(tmp_path / "one" / "only" / "a.png")
    (tmp_path / "one.csv").write_text("filepath,width,height\na.png,1,2\n")
    result = edgewright("train", *arguments, "--out", "run", cwd=tmp_path)
    assert result.returncode == status
    assert result.stderr.count("\n") == 1
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


def test_missing_tensorflow_names_the_extra_with_status_3(tmp_path, colours):
    blocked = "import sys; sys.modules['tensorflow'] = None; "
    result = edgewright("train", colours, "--recipe", "digits", "--out", tmp_path / "run", before=blocked)
    assert result.returncode == 3
    assert "pip install 'edgewright[train]'" in result.stderr
    assert result.stderr.count("\n") == 1  # said before the data set is read


@pytest.mark.parametrize("what", ["no folder", "one class", "three images", "no readable image", "no weights of ours"])
def test_what_is_wrong_with_the_input_is_said_without_importing_tensorflow(tmp_path, what):
    data = tmp_path / "data"
    if what in {"one class", "three images"}:
        paint(data, per_class=1 if what == "three images" else 4)
    if what == "one class":
        shutil.rmtree(data / "red")
        shutil.rmtree(data / "blue")
    if what == "no readable image":
        for name in ("a/1.png", "b/1.png"):
            (data / name).parent.mkdir(parents=True)
            (data / name).write_text("no photograph")
    (tmp_path / "w.h5").write_text("no weights")
    weights = ("--weights", tmp_path / "w.h5") if what == "no weights of ours" else ()
    told = (
        "import atexit, sys; "
        "atexit.register(lambda: print({name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras'})); "
    )
    result = edgewright("train", data, "--recipe", "flowers", "--out", tmp_path / "run", *weights, before=told)
    assert (result.returncode, result.stdout) == (2, "set()\n")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


NO_TENSORFLOW = "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; "


def test_a_run_that_is_there_is_refused_with_status_2_before_any_work(trained, tmp_path):
    out, _ = trained
    old = snapshot(out)
    result = edgewright("train", tmp_path / "nowhere", "--recipe", "banana", "--out", out, before=NO_TENSORFLOW)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "holds a model already (model.keras)" in result.stderr
    assert "--overwrite" in result.stderr
    assert snapshot(out) == old


def test_if_needed_a_run_made_from_the_same_is_up_to_date_without_tensorflow(trained, colours, backbone_weights):
    out, _ = trained
    arguments = [colours, "--recipe", "banana", "--weights", backbone_weights, "--size", 32, "--epochs", "3,0"]
    result = edgewright("train", *arguments, "--seed", 4, "--out", out, "--if-needed", before=NO_TENSORFLOW)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{out} is up to date: trained on {colours} with recipe banana")
    named = edgewright("train", "--out", out, "--if-needed", "--json", before=NO_TENSORFLOW)
    assert json.loads(named.stdout) == json.loads((out / "metrics.json").read_text())
    assert named.stderr.startswith(f"{out} is up to date")


def test_if_needed_a_run_made_from_something_else_is_refused_with_status_2(trained, colours):
    out, _ = trained
    old = snapshot(out)
    result = edgewright("train", colours, "--seed", 5, "--epochs", "1,1", "--out", out, "--if-needed")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "epochs: 1,1 given, 3,0 in the run; seed: 5 given, 4 in the run" in result.stderr
    assert snapshot(out).items() >= old.items()


def test_overwrite_and_if_needed_contradict_each_other(tmp_path):
    result = edgewright("train", "--out", tmp_path / "run", "--if-needed", "--overwrite")
    assert result.returncode == 2
    assert "give one of them" in result.stderr


@pytest.mark.parametrize("more", [[], ["--if-needed"], ["--overwrite"]])
def test_a_new_run_needs_data_and_a_recipe(tmp_path, more):
    result = edgewright("train", "--out", "my run", *more, cwd=tmp_path)
    assert result.returncode == 2
    assert "A new run needs DATA and --recipe: edgewright train DATA --recipe NAME --out 'my run'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_full_disk_ends_in_one_sentence_and_leaves_the_old_run_as_it_was(trained, colours, backbone_weights):
    out, _ = trained
    old = snapshot(out)

    def limit_file_size() -> None:  # to the same effect as a full disk, for one process
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    result = edgewright(
        "train", colours, "--recipe", "banana", "--out", out, "--weights", backbone_weights,
        "--size", 32, "--epochs", "1,0", "--overwrite", preexec_fn=limit_file_size,
    )  # fmt: skip
    assert result.returncode == 2, result.stderr
    assert "Cannot write" in result.stderr.splitlines()[-1]
    assert without_checkpoint(snapshot(out)) == old
    assert not list(out.glob(".partial*"))


def test_killed_training_leaves_the_old_run_as_it_was(trained, colours, backbone_weights):
    out, _ = trained
    old = snapshot(out)
    arguments = ["train", colours, "--recipe", "banana", "--out", out, "--weights", backbone_weights]
    arguments += ["--size", 32, "--epochs", "100000,0", "--overwrite"]
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, arguments)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        deadline = time.monotonic() + 200
        for line in process.stderr:
            if line.startswith("head 2/") or time.monotonic() > deadline:
                break
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert line.startswith("head 2/")
    assert without_checkpoint(snapshot(out)) == without_checkpoint(old)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    out = tmp_path_factory.mktemp("data") / "digits"
    assert "Wrote 1797 images" in edgewright("digits", out).stdout
    return out


def test_every_digit_is_a_small_grey_png_in_its_class(digits):
    assert sorted(folder.name for folder in digits.iterdir()) == list("0123456789")
    assert len(list(digits.glob("*/*.png"))) == 1797
    with Image.open(digits / "0" / "0000.png") as image:
        assert (image.mode, image.size) == ("L", (8, 8))
        assert np.asarray(image).max() == round(15 / 16 * 255)


def test_digits_a_second_time_nothing_is_written(digits):
    old = snapshot(digits)
    assert "already" in edgewright("digits", digits).stdout
    assert snapshot(digits) == old


def test_digits_a_missing_class_is_written_again(digits, tmp_path):
    shutil.copytree(digits, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "7")
    assert "Wrote 179 images" in edgewright("digits", tmp_path / "copy").stdout


def test_digits_other_files_are_not_touched(tmp_path):
    (tmp_path / "3").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "3" / "mine.png")
    result = edgewright("digits", tmp_path)
    assert result.returncode == 2
    assert "holds 1 PNG files where 183 were expected" in result.stderr
