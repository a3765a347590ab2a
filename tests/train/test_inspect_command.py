"""`edgewright inspect`, as it is typed."""

import json
import subprocess
import sys

import pytest

from edgewright_runtime.command_line import run_command
from edgewright_runtime.errors import EdgewrightError
from edgewright_train.inspect_command import COMMAND


def inspect(*words):
    return run_command("inspect", COMMAND, [str(word) for word in (*words, "--weights", "none", "--jobs", 1)])


def test_json_is_one_object_and_nothing_else(colours, capsys):
    assert inspect(colours, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["images"] == 36
    assert answer["classes"] == {"blue": 12, "green": 12, "red": 12}
    assert answer["unreadable"] == answer["duplicates"] == []


def test_page_and_plots_are_written_and_named(colours, tmp_path, capsys):
    page, plots = tmp_path / "new" / "page.html", tmp_path / "plots"
    assert inspect(colours, "--html", page, "--plots", plots, "--short-names") == 0
    said = capsys.readouterr().out
    assert "36 images of 3 classes" in said
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (plots / "classes.png").is_file()
    assert "Page:" in said


def test_what_cannot_be_looked_at_is_one_sentence(tmp_path, colours):
    with pytest.raises(EdgewrightError, match="There is no data set"):
        inspect(tmp_path / "nothing")
    with pytest.raises(EdgewrightError, match="--html takes the name of a file"):
        inspect(colours, "--html", tmp_path)
    with pytest.raises(EdgewrightError, match="There is no weights file"):
        run_command("inspect", COMMAND, [str(colours), "--weights", str(tmp_path / "absent.h5")])


def test_neither_help_nor_plain_features_import_tensorflow(colours):
    code = (
        "import sys; from edgewright_train.inspect_command import COMMAND; "
        "from edgewright_runtime.command_line import run_command; "
        f"run_command('inspect', COMMAND, [{str(colours)!r}, '--weights', 'none', '--jobs', '1']); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_a_backbone_judges_labels_where_weights_are_given(colours, backbone_weights, capsys):
    assert run_command("inspect", COMMAND, [str(colours), "--weights", str(backbone_weights), "--json"]) == 0
    probe = json.loads(capsys.readouterr().out)["probe"]
    assert probe["weights"] == str(backbone_weights)
    assert "mobilenet_v2 (alpha 0.35)" in probe["features"]
