"""Raw pixels in, probabilities out, and a contract that says so."""

import numpy as np
import pytest

from edgewright_convert.float_model import load_float_model
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

from ....tolerances import assert_probabilities_close
from ..by_hand import PIXELS, by_hand

pytestmark = pytest.mark.numeric


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_raw_pixels_in_probabilities_out_whatever_the_normalisation(normalisation, saved, imported):
    path, model = saved()
    run = imported(path, normalisation=normalisation)
    expected = model.predict_on_batch(by_hand(normalisation, PIXELS).astype(np.float32))
    assert_probabilities_close(load_float_model(run.model).probabilities(PIXELS), expected)


def test_contract_says_how_images_reach_the_model(saved, imported):
    run = imported(saved()[0], normalisation="imagenet-torch", resize_method="crop", interpolation="bicubic")
    contract = Preprocessing.load(run.preprocessing)
    assert (contract.resize_method, contract.interpolation) == ("crop", "bicubic")
    assert contract.normalisation.scale == pytest.approx([1 / (255 * std) for std in (0.229, 0.224, 0.225)])


def test_threshold_of_a_model_of_many_outputs_is_refused(saved, imported):
    with pytest.raises(EdgewrightError, match="has 10 outputs, of which the largest decides; --threshold is for"):
        imported(saved()[0], threshold=0.3)
