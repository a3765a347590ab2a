"""SavedModels that Keras exported with random layers switched on answer alike each time once they are taken in."""

import numpy as np
import pytest

from edgewright_convert.importing.float_models.saved_model import load_imported_saved_model
from edgewright_runtime.errors import EdgewrightError

from .random_kinds import PIXELS, at_inference, classifier_with

pytestmark = pytest.mark.numeric


def answers(loaded):
    import tensorflow as tf

    (output,) = loaded.signatures["serving_default"](tf.constant(PIXELS, tf.float32)).values()
    return output.numpy()


@pytest.mark.parametrize(
    ("kinds", "nested"),
    [
        (("RandomFlip", "RandomRotation"), True),
        (("RandAugment",), False),
        (("RandomErasing", "MixUp", "GaussianNoise"), False),
    ],
    ids=["flip and rotation", "a policy", "erasing, mixing, noise"],
)
def test_random_layers_are_taken_out(kinds, nested, tmp_path):
    import tensorflow as tf

    model = classifier_with(*kinds, nested=nested)
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(str(tmp_path / "exported"))
    assert np.abs(answers(exported) - answers(exported)).max() > 1e-3
    taken_in, left_out = load_imported_saved_model(tmp_path / "exported")
    assert left_out
    assert np.abs(answers(taken_in) - at_inference(model)).max() <= 1e-5


def test_random_crop_cannot_be_taken_out_and_is_named(tmp_path):
    classifier_with("RandomCrop").export(tmp_path / "exported", verbose=False)
    with pytest.raises(EdgewrightError, match=r"answers at random \(StatelessRandom.* in .*random_crop.*give the "):
        load_imported_saved_model(tmp_path / "exported")
