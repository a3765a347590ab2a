"""What a model's outputs say of photographs."""

import numpy as np
import pytest

from edgewright_convert.importing.contract_search.answers import information_of, log_likelihood_of


def test_sure_and_different_answers_tell_most():
    assert information_of(np.eye(4, dtype=np.float32)) == pytest.approx(2.0)
    assert information_of(np.full((4, 4), 0.25, np.float32)) == pytest.approx(0.0)
    assert information_of(np.eye(4, dtype=np.float32)[[0, 0, 0, 0]]) == pytest.approx(0.0)
    assert information_of(np.full((4, 4), np.nan, np.float32)) == 0.0


def test_quantized_probabilities_that_lost_their_tail_are_probabilities():
    whole, rest = np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32) * np.float32(128 / 256)
    assert information_of(rest) == pytest.approx(information_of(whole))


def test_sigmoids_say_what_their_logits_say():
    logits = np.array([[3.0, 1.0, 0.5], [0.5, 2.0, 4.0]], np.float32)
    sigmoids, truth = 1 / (1 + np.exp(-logits)), np.array([0, 1])
    assert information_of(sigmoids) == pytest.approx(information_of(logits), rel=1e-3)
    assert log_likelihood_of(sigmoids, truth) == pytest.approx(log_likelihood_of(logits, truth), rel=1e-3)


def test_likelihood_is_that_of_the_photographs_own_label():
    probabilities = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]], np.float32)
    told = log_likelihood_of(probabilities, np.array([0, 2]))
    assert told.tolist() == pytest.approx([-1, -3])
    assert log_likelihood_of(np.log(probabilities), np.array([0, 2])).tolist() == pytest.approx([-1, -3])


def test_blunder_counts_no_more_than_a_ten_thousandth_or_half_a_step():
    sure = np.array([[1, 1e-7]], np.float32)
    quantized = np.array([[1, 0], [255 / 256, 1 / 256]], np.float32)
    assert log_likelihood_of(sure, np.array([1]))[0] == pytest.approx(np.log2(1e-4))
    assert log_likelihood_of(quantized, np.array([1, 1]))[0] == pytest.approx(-9)


def test_label_without_an_output_and_broken_outputs_have_no_likelihood():
    outputs = np.array([[0.5, 0.5], [0.5, 0.5], [np.nan, 1.0]], np.float32)
    told = log_likelihood_of(outputs, np.array([-1, 2, 1]))
    assert (told < -1.9).all()
