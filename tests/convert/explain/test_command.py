"""`edgewright explain`: a table, JSON and a picture of what each layer loses."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from ...running import edgewright


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


def test_picture_can_be_opened(explained):
    run, _ = explained
    with Image.open(run / "explain" / "int8_layers.png") as picture:
        assert picture.size[0] > 800


@pytest.mark.parametrize("arguments", [("--int8-effort", "bset"), ("--rows", "0")])
def test_what_is_typed_wrongly_is_one_sentence(converted_run, arguments):
    done = edgewright("explain", converted_run, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
