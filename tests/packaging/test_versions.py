"""The oldest versions of the libraries that pyproject.toml lets convert run with, in an environment of their own.

The newest are those in constraints.txt, with which all tests run. What convert takes from inside TensorFlow, Keras and
LiteRT may change between the two, so the tests of those modules, and of what is built on them, run here too.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

# `pythons` keeps it out of the quick suite.
pytestmark = [pytest.mark.versions, pytest.mark.pythons, pytest.mark.timeout(2400)]

ROOT = Path(__file__).resolve().parents[2]
TESTS = (
    "convert/test_keras_internals.py",
    "convert/test_tensorflow_internals.py",
    "convert/test_pipeline.py",
    "convert/int8",
    "convert/onnx/test_products.py",
    "convert/tflite/test_int8_file.py",
    "convert/tflite/test_interpreter.py",
    "convert/tflite/test_latency.py",
    "convert/tflite/metadata/test_metadata_packing.py",
    "convert/tflite/rewriting/test_mixed_precision_file.py",
)
FOR_TESTS = ("hypothesis", "pytest", "pytest-timeout", "scikit-learn")


def lower_bounds() -> list[str]:
    """Each requirement of the extra `convert`, held at its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [re.match(r"([\w-]+)>=([\d.]+)", line) for line in project["optional-dependencies"]["convert"]]
    assert all(found)
    return [f"{each[1]}=={each[2]}" for each in found if each is not None]


def test_the_oldest_versions_convert_as_the_newest_do(tmp_path, make_venv, clean_environment):
    python = make_venv(sys.executable, tmp_path / "venv", str(ROOT), *lower_bounds(), *FOR_TESTS)
    paths = [str(ROOT / "tests" / name) for name in TESTS]
    # Old libraries warn of each other; what they warn of is no fault of ours.
    options = ["-q", "-W", "ignore", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [str(python), "-m", "pytest", *options, *paths],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=clean_environment,
    )
    assert done.returncode == 0, done.stdout[-6000:]
