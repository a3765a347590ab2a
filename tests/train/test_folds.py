"""Cross-validation leaves a run folder per fold and a table; what is finished is not trained again."""

import csv
import json
import shutil
from dataclasses import replace

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import read_splits
from edgewright_train import TrainOptions
from edgewright_train.folds import summary, train_folds

from ..listening import Listening


def test_summary_is_mean_deviation_and_students_interval():
    # Of 0.8, 0.9, 1.0: deviation 0.1; t for two degrees of freedom 4.303, times 0.1 / sqrt(3).
    found = summary([0.9, 0.8, 1.0])
    assert (found.mean, found.deviation) == (pytest.approx(0.9), pytest.approx(0.1))
    assert (found.low, found.high) == (pytest.approx(0.9 - 0.24843, abs=1e-4), 1.0)


@pytest.fixture(scope="module")
def options(small_recipe, backbone_weights):
    return TrainOptions(small_recipe.with_epochs(2, 0), weights=str(backbone_weights), seed=4)


@pytest.fixture(scope="module")
def crossed(tmp_path_factory, colours, options):
    out = tmp_path_factory.mktemp("folds") / "out"
    return out, train_folds(colours, out, options, folds=2)


def test_every_fold_has_a_run_folder_with_the_same_test_split(crossed):
    out, found = crossed
    rows = [read_splits(out / f"fold-{number}" / "splits.csv") for number in (1, 2)]
    tests, vals = ([{row.path for row in each if row.split == split} for each in rows] for split in ("test", "val"))
    assert tests[0] == tests[1]
    assert not vals[0] & vals[1]
    assert len(vals[0] | vals[1] | tests[0]) == 36
    assert [(row.train, row.val) for row in found] == [(15, 15), (15, 15)]


def test_table_has_the_figures_of_the_run_folders(crossed):
    out, _ = crossed
    rows = list(csv.DictReader((out / "folds.csv").read_text().splitlines()))
    for number, row in enumerate(rows, start=1):
        metrics = json.loads((out / f"fold-{number}" / "metrics.json").read_text())
        assert (int(row["fold"]), float(row["val_accuracy"])) == (number, metrics["val"]["accuracy"])
        assert float(row["test_accuracy"]) == metrics["test"]["accuracy"]
        assert metrics["training"]["fold"] == {"number": number, "count": 2}
    assert len(rows) == 2


def test_finished_folds_are_kept_and_the_rest_is_trained(crossed, colours, options, tmp_path):
    out = shutil.copytree(crossed[0], tmp_path / "out")
    shutil.rmtree(out / "fold-2")
    kept = (out / "fold-1" / "model.keras").stat().st_mtime_ns
    listening = Listening()
    found = train_folds(colours, out, options, folds=2, resume=True, reporter=listening)
    assert [replace(row, run="") for row in found] == [replace(row, run="") for row in crossed[1]]
    assert (out / "fold-1" / "model.keras").stat().st_mtime_ns == kept
    assert len([line for line in listening.lines if "val_loss" in line]) == 2


def test_finished_folds_are_refused_without_resume_and_with_another_seed(crossed, colours, options):
    out, _ = crossed
    with pytest.raises(EdgewrightError, match=r"fold-1 holds a model already"):
        train_folds(colours, out, options, folds=2)
    with pytest.raises(EdgewrightError, match=r"fold-1 was made from something else \(seed: 5 given, 4 in the run\)"):
        train_folds(colours, out, replace(options, seed=5), folds=2, resume=True)


def test_finished_folds_of_other_images_recipe_weights_or_count_are_refused(crossed, colours, options, tmp_path):
    out, _ = crossed
    more = shutil.copytree(colours, tmp_path / "colours")
    shutil.copy(next((more / "red").iterdir()), more / "red" / "again.png")
    with pytest.raises(EdgewrightError, match="the data set has other files, labels or splits"):
        train_folds(more, out, options, folds=2, resume=True)
    longer = replace(options, recipe=options.recipe.with_epochs(3, 0))
    with pytest.raises(EdgewrightError, match=r"recipe\.head_phase\.epochs: 3 given, 2 in the run"):
        train_folds(colours, out, longer, folds=2, resume=True)
    with pytest.raises(EdgewrightError, match="the weights have another content"):
        train_folds(colours, out, replace(options, weights="none", epochs=(2, 1)), folds=2, resume=True)
    with pytest.raises(EdgewrightError, match=r"fold\.count: 3 given, 2 in the run"):
        train_folds(colours, out, options, folds=3, resume=True)
