"""`edgewright explain`: a table, JSON and a picture of what each layer loses."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from edgewright_convert.explain.command import COMMAND

from ...running import edgewright
from ...typed import typed


@pytest.fixture(scope="module")
def explained(converted_run, tmp_path_factory):
    """A copy of the run, explained as the baseline conversion, which is quick."""
    import shutil

    run = tmp_path_factory.mktemp("explained") / "run"
    shutil.copytree(converted_run, run)
    return run, edgewright("explain", run, "--int8-effort", "baseline", "--rows", "3", "--images", "8")


def test_worst_layers_are_a_table_with_where_to_find_the_others(explained):
    run, done = explained
    assert done.returncode == 0, done.stderr
    assert "Layers that lose most in the baseline INT8 conversion, of " in done.stdout
    assert str(run / "explain" / "int8_layers.json") in done.stdout.replace("\n", "")


def test_json_holds_every_layer_in_the_order_of_the_network(explained):
    run, _ = explained
    found = json.loads((run / "explain" / "int8_layers.json").read_text())
    assert (found["schema_version"], found["effort"]) == (1, "baseline")
    assert len(found["layers"]) > 3
    assert {"layer", "operator", "sqnr_db", "lost_db", "saturation"} <= found["layers"][0].keys()


def test_advice_comes_first_and_what_to_type_last(explained):
    _, done = explained
    assert done.stdout.startswith("On ")
    first, last = done.stdout.splitlines()[0], done.stdout.splitlines()[-1]
    assert "held-out images the baseline INT8 file names the float model's label" in first
    assert last.startswith("Next: edgewright ")
    assert max(len(line) for line in done.stdout.split("\n\n")[0].splitlines()) <= 100


def test_json_holds_the_advice_and_what_it_rests_on(explained):
    run, _ = explained
    advice = json.loads((run / "explain" / "int8_layers.json").read_text())["advice"]
    assert advice["fidelity"]["held_out"] is True
    assert advice["fidelity"]["fidelity"]["images"] > 0
    assert sum(advice["error_shares"]["by_layer"].values()) == pytest.approx(1)
    assert all({"advice", "expected_gain", "cost", "command"} <= each.keys() for each in advice["suggestions"])


def test_page_has_the_paragraph_and_the_picture(explained):
    run, done = explained
    page = (run / "explain" / "int8_layers.html").read_text(encoding="utf-8")
    assert str(run / "explain" / "int8_layers.html") in done.stdout
    assert "held-out images the baseline INT8 file" in page
    assert "data:image/png;base64," in page


def test_what_is_printed_as_json_is_what_is_written(run_copy):
    done = typed("explain", COMMAND, run_copy, "--images", "2", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((run_copy / "explain" / "int8_layers.json").read_text())


def test_a_run_without_further_images_is_judged_on_those_it_was_calibrated_on(run_copy):
    header, *rows = (run_copy / "splits.csv").read_text().splitlines()
    train = [row for row in rows if ",train," in row][:60]
    (run_copy / "splits.csv").write_text("\n".join((header, *train)) + "\n")
    done = typed("explain", COMMAND, run_copy, "--int8-effort", "baseline", "--images", "2")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("On the 60 images that its ranges come from")


def test_picture_can_be_opened(explained):
    run, _ = explained
    with Image.open(run / "explain" / "int8_layers.png") as picture:
        assert picture.size[0] > 800


@pytest.mark.parametrize("arguments", [("--int8-effort", "bset"), ("--rows", "0")])
def test_what_is_typed_wrongly_is_one_sentence(converted_run, arguments):
    done = edgewright("explain", converted_run, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
