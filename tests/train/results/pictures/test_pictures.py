"""The pictures show the figures, whatever the classes are called and however many there are.

Warnings are errors in these tests: a letter that no font has would be one.
"""

import io

import numpy as np
import pytest
from PIL import Image

from edgewright_train.fitting import Epoch
from edgewright_train.results import score
from edgewright_train.results.calibration import reliability, scaled
from edgewright_train.results.pictures.class_bars import class_bars
from edgewright_train.results.pictures.confusion import confusion_heat_map
from edgewright_train.results.pictures.curves import best_epochs, learning_curves
from edgewright_train.results.pictures.figure import drawable_names, undrawable
from edgewright_train.results.pictures.reliability import reliability_diagram
from edgewright_train.results.pictures.roc import has_curves, roc_curves
from edgewright_train.results.pictures.sheet import Tile, jpeg_of, sheet
from edgewright_train.results.predictions import Predictions

BLUE = np.array((8, 48, 107))
"""The darkest of the colour map "Blues": a whole row of the matrix in one cell."""

ODD_NAMES = ("$5 to $10", "_$^$_", r"$\frac$", "50 %", "a_b^c {d}", "ä ß é", "蒲公英", "🌼 daisy", "<b>&", "x" * 300)


def scores_of(predicted: list[int], truth: list[int], labels: tuple[str, ...]):
    return score(np.eye(len(labels), dtype=np.float32)[predicted], np.array(truth), labels)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def dark_cells(png: bytes) -> np.ndarray:
    """Where the picture is of the darkest colour, as (x, y) of each such pixel, from 0 to 1 of the range of both."""
    y, x = np.nonzero((np.abs(np.asarray(opened(png)).astype(int) - BLUE) <= 6).all(axis=2))
    return np.stack([(x - x.min()) / np.ptp(x), (y - y.min()) / np.ptp(y)], axis=1)


def epochs_of(*phases: str) -> tuple[Epoch, ...]:
    return tuple(
        Epoch(phase, place, 1 / place, 0.5, 1 / place, 0.5, 0.01, 1.0) for place, phase in enumerate(phases, start=1)
    )


@pytest.mark.parametrize(("predicted", "falls"), [([0, 1, 2, 3], True), ([3, 2, 1, 0], False)])
def test_true_classes_go_down_and_predicted_ones_across(predicted, falls):
    labels = ("a", "b", "c", "d")
    correlation = np.corrcoef(dark_cells(confusion_heat_map(scores_of(predicted, [0, 1, 2, 3], labels), labels)).T)[
        0, 1
    ]
    assert correlation > 0.8 if falls else correlation < -0.8


def test_class_without_a_test_image_is_an_empty_row():
    labels = ("a", "b", "c")
    assert len(dark_cells(confusion_heat_map(scores_of([0, 1], [0, 1], labels), labels))) > 100


@pytest.mark.parametrize("name", ODD_NAMES)
def test_name_of_a_class_is_no_formula_and_may_have_any_letters_and_length(name):
    labels = (name, "other")
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]], np.float32)
    scores = score(probabilities, np.array([0, 1, 0]), labels)
    drawn = [
        confusion_heat_map(scores, labels),
        class_bars(scores, labels),
        roc_curves(Predictions(probabilities, np.array([0, 1, 0])), scores, labels),
        sheet([Tile(np.zeros((8, 8, 3), np.uint8), drawable_names(labels))], columns=2),
    ]
    for png in drawn:
        assert 100 < min(opened(png).size) <= max(opened(png).size) < 1500


def test_name_without_letters_in_any_font_is_a_number_and_others_stay():
    names = ("daisy", "\U000f0000", "rose")  # a code point for private use, which no font should have
    assert undrawable(names) == (1,)
    assert drawable_names(names) == ("daisy", "class 1", "rose")


def test_long_names_and_many_classes_get_room():
    sizes = []
    for count, name in ((3, "c"), (3, "a class with quite a long name"), (40, "c")):
        labels = tuple(f"{name}{number}" for number in range(count))
        sizes.append(opened(confusion_heat_map(scores_of([0], [0], labels), labels)).size)
    assert sizes[1][0] > sizes[0][0] + 200
    assert min(sizes[2]) > 2 * max(sizes[0])


@pytest.mark.parametrize("phases", [("head",), ("head", "head", "fine_tune"), ("from_scratch",) * 30])
def test_learning_curves_of_any_length_are_a_picture_with_two_curves(phases):
    picture = opened(learning_curves(epochs_of(*phases)))
    assert picture.size == (1080, 432)
    assert len(picture.getcolors(1 << 24)) > 10


def test_best_epoch_of_each_phase_has_its_least_validation_loss():
    losses = [("head", 3.0), ("head", 1.0), ("head", 2.0), ("fine_tune", 1.5), ("fine_tune", 1.4)]
    epochs = [Epoch(phase, 1, 1.0, 0.5, loss, 0.5, 0.01, 1.0) for phase, loss in losses]
    assert best_epochs(epochs) == (1, 4)


def test_epoch_that_is_not_as_sparse_as_it_is_to_be_is_not_the_best():
    losses = [("head", 1.0), ("head", 2.0), ("fine_tune", 0.5), ("fine_tune", 0.6), ("fine_tune", 1.5)]
    epochs = [Epoch(phase, 1, 1.0, 0.5, loss, 0.5, 0.01, 1.0) for phase, loss in losses]
    assert best_epochs(epochs, unripe=2) == (0, 4)
    assert best_epochs(epochs[:3], unripe=2) == (0, 2)


def test_reliability_is_drawn_with_and_without_a_temperature():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), 50)
    classes = probabilities.argmax(axis=1)
    before = reliability(probabilities, classes)
    one = reliability_diagram(before, None)
    both = reliability_diagram(before, reliability(scaled(probabilities, 0.5), classes))
    assert opened(one).size == opened(both).size
    assert one != both


def test_curves_need_a_class_with_others_beside_it_and_not_too_many_classes():
    assert has_curves(scores_of([0, 1], [0, 1], ("a", "b")))
    assert not has_curves(scores_of([0, 0], [0, 0], ("a", "b")))
    many = tuple(map(str, range(21)))
    assert not has_curves(scores_of([0, 1], [0, 1], many))


def test_sheet_has_its_pictures_in_rows():
    red, blue = (np.full((10, 10, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))
    pixels = np.asarray(opened(sheet([Tile(red, ("a",)), Tile(red, ("b",)), Tile(blue, ("c",))], columns=2)))
    is_red, is_blue = (pixels == (255, 0, 0)).all(axis=2), (pixels == (0, 0, 255)).all(axis=2)
    assert np.nonzero(is_red)[0].max() < np.nonzero(is_blue)[0].min()
    assert np.nonzero(is_red)[1].max() > pixels.shape[1] / 2 > np.nonzero(is_blue)[1].max()


@pytest.mark.parametrize("shape", [(500, 300, 3), (8, 4, 3)])
def test_jpeg_is_as_large_as_asked_for_and_keeps_its_proportions(shape):
    with Image.open(io.BytesIO(jpeg_of(np.zeros(shape, np.uint8), side=100))) as picture:
        assert (picture.format, picture.height) == ("JPEG", 100)
        assert picture.width == pytest.approx(100 * shape[1] / shape[0], abs=1)
