"""What the manifest says of a finished file."""

import json

from edgewright_convert.fidelity import Fidelity
from edgewright_convert.product import Product, int8_options


def test_manifest_says_how_an_int8_file_was_made():
    found = int8_options(
        made_by="balanced",
        fidelity=Fidelity(0.995, 0.002, 200, 0.992),
        excluded=(f"conv_{n}" for n in range(2)),
        correction={"steps": "biases", "trials": []},
    )
    assert found == {
        "made_by": "balanced",
        "why": "",
        "agreement": 0.995,
        "expected_agreement": 0.992,
        "excluded_from_quantization": ["conv_0", "conv_1"],
        "correction": {"steps": "biases", "trials": []},
    }
    assert json.loads(json.dumps(found)) == found


def test_product_alone_has_nothing_to_say():
    product = Product(b"data")
    assert (product.options, product.notes, product.beside) == ({}, (), {})
