"""What a run was made from is read from its manifest as it was written."""

import json
from dataclasses import asdict, replace

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.manifest import Artefact
from edgewright_train.provenance import Provenance, UsedWeights, provenance_of
from edgewright_train.recipes import RecipeChanges, load_recipe

MADE = Provenance(
    data="photos",
    data_sha256="a1",
    images=24,
    recipe=json.loads(json.dumps(asdict(load_recipe("flowers")))),
    recipe_name="flowers",
    recipe_changes=RecipeChanges(epochs=(20, 30)),
    weights=UsedWeights("imagenet", 1.0, "b2"),
    seed=4,
    fold={"number": 1, "count": 3},
)


def entry(options):
    return Artefact("0" * 64, 7, "train", json.loads(json.dumps(options)), {})


def test_record_comes_back_as_it_was_written():
    found = provenance_of(entry(MADE.options()))
    assert replace(found, recipe=MADE.recipe) == MADE
    assert found.recipe == MADE.recipe
    assert (found.epochs, found.from_scratch) == ((20, 30), False)


@pytest.mark.parametrize("lacking", ["recipe", "weights", "seed", "data_sha256"])
def test_entry_that_does_not_say_it_is_refused(lacking):
    options = {name: value for name, value in MADE.options().items() if name != lacking}
    with pytest.raises(EdgewrightError, match=r"its manifest\.json does not say what it was made from"):
        provenance_of(entry(options))


def test_what_is_compared_knows_no_places_and_no_names():
    moved = replace(MADE, data="elsewhere/photos", recipe_name="other.toml", weights=UsedWeights("w.h5", 1.0, "b2"))
    assert moved.checked(["x"]) == MADE.checked(["x"])
    assert moved.checked(["x"]) != MADE.checked(["y"])
    assert replace(MADE, seed=5).checked(["x"]) != MADE.checked(["x"])


def test_from_scratch_the_epochs_are_those_of_the_one_phase():
    made = replace(MADE, weights=UsedWeights("none", 1.0))
    assert made.from_scratch
    assert made.epochs[1] == MADE.recipe["from_scratch"]["epochs"]
