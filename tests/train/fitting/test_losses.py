"""What is minimised is what the recipe says, computed here from its formula."""

from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.fitting.losses import made_loss

from ..choices import CROSSENTROPY

pytestmark = pytest.mark.numeric

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]], np.float32)
TRUTH = np.eye(3, dtype=np.float32)[[0, 2]]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("truth", [TRUTH, np.array([[0.6, 0.4, 0], [0, 0.1, 0.9]], np.float32)])
def test_crossentropy_is_that_of_the_smoothed_labels(smoothing, truth):
    loss = made_loss(replace(CROSSENTROPY, label_smoothing=smoothing))(truth, PROBABILITIES)
    wanted = truth * (1 - smoothing) + smoothing / 3
    assert float(loss) == pytest.approx(-(wanted * np.log(PROBABILITIES)).sum(axis=1).mean(), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_focal_loss_leaves_out_what_is_right_already(smoothing, gamma):
    loss = made_loss(replace(CROSSENTROPY, kind="focal", gamma=gamma, label_smoothing=smoothing))(TRUTH, PROBABILITIES)
    wanted = TRUTH * (1 - smoothing) + smoothing / 3
    each = wanted * (1 - PROBABILITIES) ** gamma * np.log(PROBABILITIES)
    assert float(loss) == pytest.approx(-each.sum(axis=1).mean(), rel=1e-5)


def test_weights_of_images_multiply_their_losses():
    loss = made_loss(CROSSENTROPY)
    alone = [float(loss(TRUTH[[place]], PROBABILITIES[[place]])) for place in (0, 1)]
    both = float(loss(TRUTH, PROBABILITIES, sample_weight=np.array([3.0, 0.5])))
    assert both == pytest.approx((3 * alone[0] + 0.5 * alone[1]) / 2, rel=1e-5)
