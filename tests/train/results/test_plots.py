"""The pictures show the figures, whatever the classes are called and however many there are."""

import numpy as np
import pytest
from PIL import Image

from edgewright_train.fitting import Epoch
from edgewright_train.results import score
from edgewright_train.results.plots import plot_confusion_matrix, plot_history

BLUE = np.array((8, 48, 107))
"""The darkest of the colour map "Blues": a whole row of the matrix in one cell."""


def scores_of(predicted: list[int], truth: list[int], labels: tuple[str, ...]):
    return score(np.eye(len(labels), dtype=np.float32)[predicted], np.array(truth), labels)


def dark_cells(path) -> np.ndarray:
    """Where the picture is of the darkest colour, as (x, y) of each such pixel, from 0 to 1 of the range of both."""
    with Image.open(path) as picture:
        y, x = np.nonzero((np.abs(np.asarray(picture.convert("RGB")).astype(int) - BLUE) <= 2).all(axis=2))
    return np.stack([(x - x.min()) / np.ptp(x), (y - y.min()) / np.ptp(y)], axis=1)


def epochs_of(*phases: str) -> tuple[Epoch, ...]:
    return tuple(
        Epoch(phase, place, 1 / place, 0.5, 1 / place, 0.5, 0.01, 1.0) for place, phase in enumerate(phases, start=1)
    )


@pytest.mark.parametrize(("predicted", "falls"), [([0, 1, 2, 3], True), ([3, 2, 1, 0], False)])
def test_true_classes_go_down_and_predicted_ones_across(tmp_path, predicted, falls):
    labels = ("a", "b", "c", "d")
    plot_confusion_matrix(scores_of(predicted, [0, 1, 2, 3], labels), labels, tmp_path / "m.png")
    correlation = np.corrcoef(dark_cells(tmp_path / "m.png").T)[0, 1]
    assert correlation > 0.8 if falls else correlation < -0.8


def test_class_without_a_test_image_is_an_empty_row(tmp_path):
    plot_confusion_matrix(scores_of([0, 1], [0, 1], ("a", "b", "c")), ("a", "b", "c"), tmp_path / "m.png")
    places = dark_cells(tmp_path / "m.png")
    assert len(places) > 100


@pytest.mark.parametrize("name", ["$5 to $10", "_$^$_", r"$\frac$", "50 %", "a_b^c {d}", "ä ß é"])
def test_name_of_a_class_is_no_formula(tmp_path, name):
    plot_confusion_matrix(scores_of([0, 1], [0, 1], (name, "other")), (name, "other"), tmp_path / "m.png")
    with Image.open(tmp_path / "m.png") as picture:
        assert min(picture.size) > 200


def test_long_names_and_many_classes_get_room(tmp_path):
    sizes = []
    for count, name in ((3, "c"), (3, "a class with quite a long name"), (40, "c")):
        labels = tuple(f"{name}{number}" for number in range(count))
        plot_confusion_matrix(scores_of([0], [0], labels), labels, tmp_path / "m.png")
        with Image.open(tmp_path / "m.png") as picture:
            sizes.append(picture.size)
    assert sizes[1][0] > sizes[0][0] + 200
    assert min(sizes[2]) > 2 * max(sizes[0])


@pytest.mark.parametrize("phases", [("head",), ("head", "head", "fine_tune"), ("from_scratch",) * 30])
def test_history_of_any_length_is_a_picture_with_two_curves(tmp_path, phases):
    plot_history(epochs_of(*phases), tmp_path / "h.png")
    with Image.open(tmp_path / "h.png") as picture:
        assert picture.size == (1080, 432)
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 10
