from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.inspection.images.image_facts import ImageFacts
from edgewright_train.inspection.shortcuts import PROPERTIES, find_shortcuts

PLAIN = ImageFacts(
    *("a.jpg", "a", None, "", "0" * 64, 100, 100, 9000, "JPEG", 1, 90.0, 0.5, 30.0),
    *((100.0, 100.0, 100.0), (50.0, 50.0, 50.0), b"", None),
)
CLASSES = np.repeat([0, 1, 2], 30)


def scores(images, classes=CLASSES):
    found = find_shortcuts(images, classes, ("x", "y", "z"), list(range(len(images))))
    return {each.row.name: each.score for each in found}


def test_images_that_are_all_alike_give_nothing_away():
    assert set(scores([PLAIN] * 90).values()) == {0.0}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("size", [{"width_px": 100}, {"width_px": 200}, {"width_px": 300}]),
        ("file_type", [{"file_type": "JPEG"}, {"file_type": "PNG"}, {"file_type": "WEBP"}]),
        ("jpeg_quality", [{"quality": 75.0}, {"quality": None}, {"quality": 92.0}]),
        ("brightness", [{"brightness": 0.2}, {"brightness": 0.5}, {"brightness": 0.8}]),
        ("colourfulness", [{"colourfulness": 5.0}, {"colourfulness": 40.0}, {"colourfulness": 90.0}]),
    ],
)
def test_a_property_that_names_every_class_has_score_one(name, values):
    found = scores([replace(PLAIN, **values[index]) for index in CLASSES])
    assert found[name] == 1.0
    assert all(score == 0 for other, score in found.items() if other not in {name, "aspect"})


def test_a_property_drawn_at_random_has_a_score_near_nought():
    generator = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], 200)
    found = scores([replace(PLAIN, brightness=float(generator.uniform())) for _ in classes], classes)
    assert found["brightness"] < 0.1


def test_equals_are_ranked_as_in_the_table():
    images = [replace(PLAIN, width_px=100 + int(i), height_px=100 + int(i), quality=80.0 + i) for i in CLASSES]
    found = find_shortcuts(images, CLASSES, ("x", "y", "z"), list(range(90)))
    assert [each.row.name for each in found[:2]] == ["size", "jpeg_quality"]
    assert {each.row.name for each in found} == {each.name for each in PROPERTIES}


def test_one_class_alone_cannot_be_told():
    assert find_shortcuts([PLAIN] * 5, np.zeros(5, np.int64), ("x",), list(range(5))) == ()
