"""The wheel as a user gets it: installed with no extras, and with the `pi` extra on other Pythons."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

IMPORT_ALL = """
import importlib, pkgutil, edgewright_runtime
names = [m.name for m in pkgutil.walk_packages(edgewright_runtime.__path__, 'edgewright_runtime.')]
for name in names:
    importlib.import_module(name)
import sys
heavy = {'tensorflow', 'keras', 'onnx', 'onnxruntime', 'ai_edge_litert'} & set(sys.modules)
assert not heavy, heavy
print(len(names))
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def bare_python(wheel, tmp_path_factory, make_venv):
    """Python in a venv that holds the wheel and what it requires, without any extra."""
    return make_venv(sys.executable, tmp_path_factory.mktemp("bare") / "venv", str(wheel))


@pytest.fixture(scope="session")
def run(clean_environment):
    def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        words = list(map(str, command))
        return subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd, env=clean_environment)

    return run


def test_every_runtime_module_imports_without_any_extra(bare_python, run, tmp_path):
    done = run(bare_python, "-W", "error", "-c", IMPORT_ALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def test_the_wheel_holds_the_three_packages_and_nothing_else_importable(wheel):
    import zipfile

    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    packages = {name for name in top if not name.endswith(".dist-info")}
    assert packages == {"edgewright_train", "edgewright_convert", "edgewright_runtime"}


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("train", "data", "--recipe", "digits", "--out", "out"), "edgewright[train]"),
        (("convert", "run", "--to", "tflite-int8"), "edgewright[convert]"),
        (("classify", "run", "image.png", "--format", "tflite-int8"), "edgewright[pi]"),
        (("classify", "run", "image.png", "--format", "onnx-fp32"), "edgewright[onnx]"),
        (("classify", "run", "image.png", "--format", "keras"), "edgewright[train]"),
    ],
)
def test_a_command_without_its_extra_names_it_and_exits_with_3(
    bare_python, run, tmp_path, converted_run, digit_images, arguments, extra
):
    shutil.copytree(converted_run, tmp_path / "run")
    shutil.copytree(digit_images, tmp_path / "data")
    shutil.copy(digit_images / "7" / "0000.png", tmp_path / "image.png")
    done = run(bare_python, "-m", "edgewright_runtime.cli", *arguments, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert f"pip install '{extra}'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.pythons
@pytest.mark.parametrize("version", ["3.10", "3.12", "3.13"])
def test_the_pi_extra_classifies_on_other_pythons(
    version, wheel, run, make_venv, find_python, tmp_path, converted_run, digit_images
):
    venv = make_venv(find_python(version), tmp_path / "venv", f"{wheel}[pi]")
    assert run(venv, "-W", "error", "-c", IMPORT_ALL, cwd=tmp_path).returncode == 0
    image = digit_images / "7" / "0000.png"
    done = run(venv, "-m", "edgewright_runtime.cli", "classify", converted_run, image, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    here = run(sys.executable, "-m", "edgewright_runtime.cli", "classify", converted_run, image, "--json", cwd=tmp_path)
    theirs, ours = json.loads(done.stdout)[0]["predictions"], json.loads(here.stdout)[0]["predictions"]
    assert theirs[0]["label"] == ours[0]["label"]
    assert theirs[0]["probability"] == pytest.approx(ours[0]["probability"], abs=0.02)


@pytest.mark.pythons
@pytest.mark.timeout(1800)  # TensorFlow and what comes with it are 2.5 GB
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_the_train_extra_trains_on_other_pythons(version, wheel, run, make_venv, find_python, tmp_path, digit_images):
    venv = make_venv(find_python(version), tmp_path / "venv", f"{wheel}[train]")
    out = tmp_path / "run"
    command = ("train", digit_images, "--recipe", "digits", "--epochs", "0,2", "--out", out, "--json")
    done = run(venv, "-m", "edgewright_runtime.cli", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["test"]["n"] == 60
    assert (out / "report.html").is_file()


@pytest.mark.pythons
def test_the_tflite_runtime_extra_classifies_on_the_last_python_that_has_it(
    wheel, run, make_venv, find_python, tmp_path, converted_run, digit_images
):
    venv = make_venv(find_python("3.11"), tmp_path / "venv", f"{wheel}[tflite-runtime]")
    image = digit_images / "7" / "0000.png"
    done = run(venv, "-m", "edgewright_runtime.cli", "classify", converted_run, image, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "(tflite-int8, tflite-runtime 2." in done.stderr


@pytest.mark.pythons
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_the_tflite_runtime_extra_is_refused_where_there_is_none_and_the_runtime_names_the_way_out(
    version, wheel, run, make_venv, find_python, tmp_path, converted_run, digit_images
):
    venv = make_venv(find_python(version), tmp_path / "venv")
    done = run(venv, "-m", "pip", "install", f"{wheel}[tflite-runtime]", cwd=tmp_path)
    assert done.returncode == 1
    assert "No matching distribution found for tflite-runtime" in done.stderr
    assert run(venv, "-c", "import edgewright_runtime", cwd=tmp_path).returncode == 1

    assert run(venv, "-m", "pip", "install", wheel, cwd=tmp_path).returncode == 0
    image = digit_images / "7" / "0000.png"
    done = run(venv, "-m", "edgewright_runtime.cli", "classify", converted_run, image, cwd=tmp_path)
    assert done.returncode == 3
    assert "pip install 'edgewright[pi]' (with Python 3.11 or older" in done.stderr
