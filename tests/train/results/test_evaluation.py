"""A network is judged on the images that it was not fitted to, and all that shows it is made."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from edgewright_runtime.dataset import Dataset, LabelledImage
from edgewright_runtime.run.splits import SplitRow
from edgewright_train.fitting import Epoch
from edgewright_train.provenance import Provenance, UsedWeights
from edgewright_train.recipes import RecipeChanges
from edgewright_train.results.evaluation import Told, evaluated

from ...listening import Listening
from ...tolerances import SHALLOW, probability_errors
from ..tiny import tiny_network

LABELS = ("blue", "green", "red")


@pytest.fixture(scope="module")
def told(colour_pixels, small_recipe) -> Told:
    splits = {place: split for split, places in colour_pixels.places.items() for place in places}
    rows = [
        SplitRow(f"{place}.png", LABELS[number], splits[place], f"{place:064}")
        for place, number in enumerate(colour_pixels.classes)
    ]
    made_from = Provenance(
        data="photos",
        data_sha256="0" * 64,
        images=len(rows),
        recipe=asdict(small_recipe),
        recipe_name="small",
        recipe_changes=RecipeChanges(),
        weights=UsedWeights("none", 0.35, None),
        seed=4,
    )
    dataset = Dataset(tuple(LabelledImage(row.path, row.label, row.sha256, None, 40, 40) for row in rows), LABELS)
    history = (Epoch("head", 1, 1.0, 0.5, 1.0, 0.5, 0.01, 1.0),)
    return Told(Path("runs/a b"), made_from, rows, LABELS, history, dataset, small_recipe)


@pytest.mark.numeric
def test_scores_are_of_the_network_and_every_file_is_made(colour_pixels, told):
    network, heard = tiny_network(), Listening()
    found = evaluated(network, colour_pixels, told, batch_size=4, reporter=heard)
    for split in ("val", "test"):
        places = colour_pixels.places[split]
        probabilities = np.asarray(network.model(colour_pixels.values[places].astype(np.float32)))
        ranked = np.sort(probabilities, axis=1)
        assert (ranked[:, -1] - ranked[:, -2] > 2 * probability_errors(probabilities, SHALLOW).max(axis=1)).all()
        accuracy = (probabilities.argmax(axis=1) == colour_pixels.classes[places]).mean()
        assert found.scores[split].accuracy == pytest.approx(accuracy)
        assert (found.scores[split].after_temperature is None) == bool(found.temperature.note)
    page = found.files["report.html"].decode()
    assert "a b: how good is it?" in page
    assert "edgewright convert &#x27;runs/a b&#x27; --to tflite-int8" in page
    assert "Grad-CAM" in page
    assert {"plots/confusion_matrix.png", "plots/history.png", "plots/reliability.png"} <= found.files.keys()


def test_looks_inside_can_be_left_out_and_the_page_says_so(colour_pixels, told):
    heard = Listening()
    found = evaluated(tiny_network(), colour_pixels, told, batch_size=4, reporter=heard, look_seconds=0)
    page = found.files["report.html"].decode()
    assert "Red is where" not in page
    assert "Grad-CAM was left out: the 0 seconds for a look inside were over." in page
    assert "Grad-CAM was left out: the 0 seconds for a look inside were over." in heard.lines


def test_report_that_fails_is_named_and_the_scores_stay(colour_pixels, told):
    heard = Listening()
    broken = replace(told, made_from=replace(told.made_from, recipe={}))
    found = evaluated(tiny_network(), colour_pixels, broken, batch_size=4, reporter=heard, look_seconds=0)
    assert found.files.keys() == {"doctor.json"}
    assert found.scores["test"].n == len(colour_pixels.places["test"])
    assert heard.lines[-1] == "The report was left out: it failed with KeyError: 'backbone'"
