"""From prepared images to a run folder: what was read is what is trained on."""

import shutil
from dataclasses import asdict

import pytest
from PIL import Image

from edgewright_runtime.console import Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_train.data import prepare
from edgewright_train.network import StartingWeights
from edgewright_train.provenance import Provenance, UsedWeights
from edgewright_train.recipes import NO_CHANGES
from edgewright_train.training import train_prepared


def test_image_that_changes_after_it_was_read_ends_the_training_before_anything_is_written(
    colours, small_recipe, tmp_path
):
    data, out = shutil.copytree(colours, tmp_path / "data"), tmp_path / "run"
    prepared = prepare(data, recipe=small_recipe, labels=None, seed=1, reporter=Silent())
    Image.new("RGB", (40, 40)).save(data / "blue" / "005.png")
    made_from = Provenance(
        data=str(data),
        data_sha256=prepared.sha256,
        images=len(prepared.rows),
        recipe=asdict(small_recipe),
        recipe_name=None,
        recipe_changes=NO_CHANGES,
        weights=UsedWeights("none", 0.35),
        seed=1,
    )
    start = StartingWeights("none", 0.35)
    with pytest.raises(EdgewrightError, match=r"blue/005\.png"):
        train_prepared(prepared, recipe=small_recipe, start=start, made_from=made_from, out=out, reporter=Silent())
    assert not out.exists()
