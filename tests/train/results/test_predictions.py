"""Which images are worth showing."""

import numpy as np

from edgewright_train.results.predictions import Photos, Predictions

ANSWERS = Predictions(
    np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7], [0.95, 0.05]], np.float32), np.array([0, 1, 1, 1, 0])
)


def test_mistakes_come_the_surest_first():
    assert ANSWERS.confident_mistakes(5).tolist() == [2, 1]
    assert ANSWERS.confident_mistakes(1).tolist() == [2]


def test_right_answers_come_from_each_class_in_turn():
    assert ANSWERS.sure_and_right(5).tolist() == [4, 3, 0]


def test_nothing_wrong_is_nothing_to_show():
    assert Predictions(np.eye(2, dtype=np.float32), np.array([0, 1])).confident_mistakes(3).size == 0


def test_photos_are_those_of_the_split():
    values = np.arange(4, dtype=np.uint8)[:, None, None, None] * np.ones((4, 2, 2, 3), np.uint8)
    photos = Photos(values, np.array([1, 3]), ("b", "d"))
    assert photos.at(1).max() == photos.at(1).min() == 3
    assert photos.batch(np.array([1, 0]))[:, 0, 0, 0].tolist() == [3.0, 1.0]
