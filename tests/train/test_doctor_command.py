"""`edgewright doctor` as it is typed."""

import json
import subprocess
import sys

import pytest

from edgewright_train.recipes import toml_from_recipe


def doctor(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from edgewright_runtime.cli import main; main()", "doctor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def recipe_file(small_recipe, tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(toml_from_recipe(small_recipe))
    return path


def test_findings_are_one_json_object_and_warnings_are_no_failure(colours, recipe_file, backbone_weights):
    done = doctor(colours, "--recipe", recipe_file, "--weights", backbone_weights, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert {each["code"] for each in told["findings"]} == {"class_too_small", "validation_too_small"}
    assert told["left_out"] == []
    assert [each["phase"] for each in told["learning_rates"]] == ["head"]


def test_error_is_status_1_and_comes_with_its_remedy(colours, recipe_file, backbone_weights, tmp_path):
    recipe_file.write_text(recipe_file.read_text().replace("learning_rate = 0.01", "learning_rate = 100.0"))
    plot = tmp_path / "rates.png"
    done = doctor(colours, "--recipe", recipe_file, "--weights", backbone_weights, "--plot", plot)
    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "ERROR (learning_rate_too_high): The learning rate of head is too high." in said
    assert "in the recipe's [head_phase]" in said
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_data_set_that_is_not_there_is_one_sentence(tmp_path):
    done = doctor(tmp_path / "nowhere", "--data-only")
    assert done.returncode == 2
    assert "There is no data set at" in done.stderr
    assert "Traceback" not in done.stderr
