"""Which layers are excluded from quantization, and how sensitive the outputs are to each."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edgewright_convert.fidelity import Fidelity
from edgewright_convert.int8 import Corrected, corrected_model
from edgewright_convert.int8.mixed_precision import (
    Attempt,
    MixedPrecision,
    mixed_precision_notes,
    search_mixed_precision,
)

from ..tiny import classifier_with_outlier

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def corrected(calibration: Pixels) -> Corrected:
    return corrected_model(classifier_with_outlier(), calibration, effort="fast")


def _fidelity_by(distances: dict[bytes, float], agreements: dict[bytes, float] | None = None):  # type: ignore[no-untyped-def]
    def fidelity(file: bytes) -> Fidelity:
        agreement = (agreements or {}).get(file, 0.9)
        return Fidelity(agreement, distances[file], 100, agreement)

    return fidelity


def _joined(layers: tuple[str, ...]) -> bytes:
    return "+".join(layers).encode()


def test_step_that_does_not_pay_is_taken_back() -> None:
    found = search_mixed_precision(
        lambda: ("a", "b", "c"), _joined, _fidelity_by({b"": 1.0, b"a": 0.8, b"a+b": 0.79, b"a+c": 0.5}), count=2
    )
    assert (found.data, found.layers) == (b"a+c", ("a", "c"))
    assert [(each.layer, each.pays) for each in found.attempts] == [("a", True), ("b", False), ("c", True)]
    assert (found.before.distance, found.after.distance) == (1.0, 0.5)


def test_search_ends_after_four_layers_in_a_row_that_do_not_pay() -> None:
    found = search_mixed_precision(lambda: tuple("abcdef"), _joined, lambda _: Fidelity(0.9, 1.0, 100, 0.9), count=6)
    assert len(found.attempts) == 4
    assert (found.data, found.layers) == (b"", ())


def test_auto_excludes_no_more_than_agreement_needs() -> None:
    distances = {b"": 1.0, b"a": 0.8, b"a+b": 0.5}
    enough = search_mixed_precision(
        lambda: ("a", "b", "c"), _joined, _fidelity_by(distances, {b"a+b": 0.99}), count="auto"
    )
    assert enough.layers == ("a", "b")
    already = search_mixed_precision(lambda: ("a", "b"), _joined, _fidelity_by(distances, {b"": 1.0}), count="auto")
    assert (already.layers, already.attempts) == ((), ())


def test_layers_that_cost_too_much_are_passed_over() -> None:
    distances = {b"": 1.0, b"b": 0.8, b"b+c": 0.5}
    found = search_mixed_precision(
        lambda: ("a", "b", "c"), _joined, _fidelity_by(distances), count=3, affordable=lambda layers: "a" not in layers
    )
    assert found.layers == ("b", "c")
    assert [each.layer for each in found.attempts] == ["b", "c"]


def test_of_many_excluded_layers_five_are_named_and_the_others_counted() -> None:
    layers = tuple(f"conv_{number}" for number in range(60))
    vain = tuple(Attempt(f"dense_{number}", 0.1, pays=False) for number in range(7))
    fidelity = Fidelity(1.0, 0.0, 20, 1.0)
    done, tried = mixed_precision_notes(MixedPrecision(b"", layers, vain, fidelity, fidelity), "float32")
    assert "in float32: conv_0, conv_1, conv_2, conv_3, conv_4 and 55 more; agreement" in done
    assert tried.endswith("dense_0, dense_1, dense_2, dense_3, dense_4 and 2 more")
