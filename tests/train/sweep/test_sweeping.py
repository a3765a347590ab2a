"""A sweep leaves a run folder per combination, a table and a picture; what is finished is not trained again."""

import csv
import shutil

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.options import TrainOptions
from edgewright_train.sweep import sweep_grid

from ...listening import Listening

WORDS = ["size=16,24"]


@pytest.fixture(scope="module")
def recipe(small_cnn_recipe):
    return small_cnn_recipe.with_epochs(0, 1)


@pytest.fixture(scope="module")
def options(recipe):
    return TrainOptions(recipe, weights="none", seed=4)


@pytest.fixture(scope="module")
def swept(tmp_path_factory, colours, options):
    out = tmp_path_factory.mktemp("sweep") / "out"
    return out, sweep_grid(colours, out, options, WORDS, max_drop=1.0)


def test_table_has_what_was_varied_and_what_each_costs(swept):
    out, found = swept
    rows = list(csv.DictReader((out / "sweep.csv").read_text().splitlines()))
    assert [row["size"] for row in rows] == ["16", "24"]
    assert [row["run"] for row in rows] == [str(out / "size-16"), str(out / "size-24")]
    for row in rows:
        assert int(row["int8_gzip_bytes"]) < int(row["int8_bytes"])
        assert float(row["latency_ms"]) > 0
        assert row["note"] == ""
    assert {row["frontier"] for row in rows} <= {"True", "False"}
    assert "True" in {row["frontier"] for row in rows}
    assert found.choice.chosen in found.rows
    assert (out / "sweep.png").is_file()


def test_finished_combinations_stay_as_they_are(swept, colours, options, tmp_path):
    out = shutil.copytree(swept[0], tmp_path / "out")
    shutil.rmtree(out / "size-24")
    before, listening = (out / "size-16" / "model.keras").stat().st_mtime_ns, Listening()
    found = sweep_grid(colours, out, options, WORDS, max_drop=1.0, resume=True, reporter=listening)
    assert (out / "size-16" / "model.keras").stat().st_mtime_ns == before
    assert len([line for line in listening.lines if "from scratch 1/1" in line]) == 1
    assert found.rows[0].accuracy == swept[1].rows[0].accuracy


def test_a_finished_run_of_another_training_is_refused(swept, colours, recipe):
    other = TrainOptions(recipe.with_epochs(0, 2), weights="none", seed=4)
    with pytest.raises(EdgewrightError, match="size-16 was made from something else"):
        sweep_grid(colours, swept[0], other, WORDS, max_drop=1.0, resume=True)
