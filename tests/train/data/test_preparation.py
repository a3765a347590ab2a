"""What is found in a data set is told before the training starts."""

import shutil
from pathlib import Path

import pytest

from edgewright_runtime.console import Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_train.data import FixedLabels, fixed_labels, prepare

from ...listening import Listening
from ...painted import paint


def lines_about(data: Path, recipe) -> list[str]:
    reporter = Listening()
    prepare(data, recipe=recipe, labels=None, seed=0, reporter=reporter)
    return reporter.lines


def test_sizes_of_the_splits_are_told(colours, small_recipe):
    assert lines_about(colours, small_recipe) == ["36 images of 3 classes: train 24, val 6, test 6."]


def test_files_left_out_are_told_by_name_with_the_reason(colours, small_recipe, tmp_path):
    shutil.copytree(colours, tmp_path / "data")
    (tmp_path / "data" / "red" / "liar.jpg").write_text("no photograph")
    told = lines_about(tmp_path / "data", small_recipe)[1]
    assert told.startswith("Left out ")
    assert "liar.jpg: it is not an image" in told


def test_many_files_left_out_are_counted(colours, small_recipe, tmp_path):
    shutil.copytree(colours, tmp_path / "data")
    for number in range(25):
        (tmp_path / "data" / "red" / f"liar{number}.jpg").write_text("no photograph")
    assert lines_about(tmp_path / "data", small_recipe)[-1] == "Left out 5 more; metrics.json names them all."


def test_uneven_classes_are_told(colours, small_recipe, tmp_path):
    shutil.copytree(colours, tmp_path / "data")
    paint(tmp_path / "more", per_class=40, first=50)
    for file in (tmp_path / "more" / "red").iterdir():
        shutil.copy(file, tmp_path / "data" / "red")
    assert any("'red' has 52 images" in line for line in lines_about(tmp_path / "data", small_recipe))


def test_given_labels_come_before_those_of_the_run_folder(tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\n")
    (tmp_path / "mine.txt").write_text("b\na\n")
    assert fixed_labels(tmp_path / "mine.txt", tmp_path) == FixedLabels(("b", "a"), str(tmp_path / "mine.txt"))
    found = fixed_labels(None, tmp_path)
    assert found is not None
    assert found.names == ("a", "b")
    assert fixed_labels(None, tmp_path / "new") is None


def test_labels_that_do_not_fit_are_refused_with_the_place_they_come_from(colours, small_recipe):
    labels = FixedLabels(("blue", "green"), "mine.txt")
    with pytest.raises(EdgewrightError, match=r"images labelled 'red', which mine\.txt does not name"):
        prepare(colours, recipe=small_recipe, labels=labels, seed=0, reporter=Silent())
