"""What the manifest says of a finished file."""

import json

from edgewright_convert.product import Product, int8_options


def test_manifest_says_how_an_int8_file_was_made():
    found = int8_options(made_by="balanced", agreement=0.995, excluded=(f"conv_{n}" for n in range(2)))
    assert found == {
        "made_by": "balanced",
        "why": "",
        "agreement": 0.995,
        "excluded_from_quantization": ["conv_0", "conv_1"],
    }
    assert json.loads(json.dumps(found)) == found


def test_product_alone_has_nothing_to_say():
    product = Product(b"data")
    assert (product.options, product.notes, product.beside) == ({}, (), {})
