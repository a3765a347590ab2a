"""What is typed of delegates and execution providers becomes one value, or one sentence."""

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration, acceleration_of
from edgewright_runtime.backends.table import load, takes
from edgewright_runtime.errors import EdgewrightError


def test_words_become_options_and_names():
    found = acceleration_of(delegate="lib.so", delegate_options=["device=usb:0", "x=a=b"], providers="cuda, cpu")
    assert found.delegate_options == (("device", "usb:0"), ("x", "a=b"))
    assert found.providers == ("cuda", "cpu")
    assert found.asked == ("--delegate", "--provider")
    assert found.described() == "lib.so device=usb:0,x=a=b cuda,cpu"


def test_nothing_asked_for_is_nothing_described():
    assert (Acceleration().asked, Acceleration().described()) == ((), None)
    assert acceleration_of() == Acceleration()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"delegate": "lib.so", "delegate_options": ["device"]}, "'device' is no option for a delegate"),
        ({"delegate_options": ["device=usb"]}, "need the delegate"),
        ({"delegate": "gpu", "delegate_options": ["precision=low"]}, "--delegate gpu takes no options"),
        ({"providers": " , "}, "names no execution provider"),
    ],
)
def test_malformed_words_are_refused(given, says):
    with pytest.raises(EdgewrightError, match=says):
        acceleration_of(**given)


@pytest.mark.parametrize(
    ("file", "backend", "asked", "option"),
    [
        ("tflite/model_int8.tflite", "tflite", Acceleration(providers=("cuda",)), "--provider"),
        ("onnx/model_fp32.onnx", "onnx", Acceleration(delegate="lib.so"), "--delegate"),
        ("model.keras", "keras", Acceleration(xnnpack=False), "--no-xnnpack"),
    ],
)
def test_backend_that_does_not_know_an_option_refuses_it(converted_run, file, backend, asked, option):
    assert not takes(backend, asked)
    with pytest.raises(EdgewrightError, match=f"is run by the {backend} backend, which takes no {option}"):
        load(converted_run / file, backend=backend, acceleration=asked)
