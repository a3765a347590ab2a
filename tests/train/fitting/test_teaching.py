"""A teacher is introduced by how good it is, and refused where it cannot teach."""

import shutil

import keras
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import read_splits
from edgewright_train.fitting.teaching import taught_by
from edgewright_train.teacher import teacher_file

from ...listening import Listening

pytestmark = pytest.mark.numeric

LABELS = ("blue", "green", "red")


def introduced(source, pixels, rows, contract, out, labels=LABELS):
    listening = Listening()
    with taught_by(
        teacher_file(str(source)), pixels, rows=rows, labels=labels, contract=contract, out=out, reporter=listening
    ) as teacher:
        return teacher, listening.lines


@pytest.fixture
def taught(head_run, small_recipe, colour_pixels):
    return colour_pixels, read_splits(head_run / "splits.csv"), small_recipe.preprocessing()


def test_teacher_is_introduced_by_how_much_it_gets_right(head_run, taught, tmp_path):
    pixels, _, _ = taught
    teacher, lines = introduced(head_run, *taught, tmp_path)
    places = pixels.places["val"]
    found = keras.models.load_model(head_run / "model.keras").predict(pixels.values[places], verbose=0)
    right = (found.argmax(axis=1) == pixels.classes[places]).mean()
    assert teacher.pixels is pixels
    assert lines[0] == f"Teacher {head_run}: {right:.1%} of 6 validation images right, at 32 px."
    assert any("hardly better than chance" in line for line in lines) == (right < 0.5)


def test_what_is_assumed_of_a_bare_file_is_said(head_run, taught, tmp_path):
    shutil.copy(head_run / "model.keras", tmp_path)
    _, lines = introduced(tmp_path / "model.keras", *taught, tmp_path)
    assert "there is no preprocessing.json (it gets pixels 0 to 255" in lines[0]
    assert "and no labels.txt" in lines[0]


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)], "are no probabilities"),
        ([keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4, "softmax")], "has 4 outputs and the data 3"),
        ([keras.layers.Conv2D(3, 1)], "is no image classifier"),
    ],
    ids=["logits", "four classes", "maps"],
)
def test_what_cannot_teach_is_refused(taught, tmp_path, layers, sentence):
    keras.Sequential([keras.Input((32, 32, 3)), *layers]).save(tmp_path / "odd.keras")
    with pytest.raises(EdgewrightError, match=sentence):
        introduced(tmp_path / "odd.keras", *taught, tmp_path)
