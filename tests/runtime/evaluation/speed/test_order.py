"""The order that one process gives another is read strictly."""

import json

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.speed.order import Order
from edgewright_runtime.evaluation.speed.timing import Sampling

ORDER = Order("run", "tflite-int8", ("a b.png", "größe.jpg"), Sampling(min_runs=3), None, "figures.json")


def test_json_and_back_is_the_same():
    assert Order.from_dict(json.loads(json.dumps(ORDER.to_dict()))) == ORDER


@pytest.mark.parametrize(
    ("change", "named"),
    [({"threads": "two"}, "threads"), ({"images": "a.png"}, "images"), ({"format": 1}, "format"), ({"x": 1}, "x")],
)
def test_field_of_another_kind_or_name_is_refused_by_name(change, named):
    with pytest.raises(EdgewrightError, match=f"the order.*{named}"):
        Order.from_dict({**ORDER.to_dict(), **change})
