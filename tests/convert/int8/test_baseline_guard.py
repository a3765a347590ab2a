"""The converter's own file takes the corrected one's place only where it is nearer to the float model."""

from __future__ import annotations

import pytest

from edgewright_convert.fidelity import Fidelity
from edgewright_convert.int8.baseline_guard import NearerBaseline, nearer_baseline

OURS = Fidelity(0.9, 0.01, 40, 0.92)


def guarded(expected: dict[bytes, float], effort: str) -> tuple[NearerBaseline | None, list[int | None]]:
    asked: list[int | None] = []

    def build(images: int | None) -> bytes:
        asked.append(images)
        return b"all" if images is None else b"some"

    # Its probabilities are nearer in any case: labels decide.
    return nearer_baseline(OURS, effort, build, lambda file: Fidelity(0.9, 0.001, 40, expected[file])), asked


def test_corrected_file_stays_where_the_baseline_is_no_nearer() -> None:
    assert guarded({b"all": 0.91}, "best") == (None, [None])
    assert guarded({b"some": 0.91}, "balanced") == (None, [100])
    assert guarded({b"some": 0.91}, "fast") == (None, [50])


def test_nearer_baseline_is_taken_and_says_so() -> None:
    found, asked = guarded({b"all": 0.93}, "best")
    assert asked == [None]
    assert found is not None
    assert (found.data, found.fidelity.expected) == (b"all", 0.93)
    assert "nearer to the float model on 40 held-out images" in found.why


@pytest.mark.parametrize(("effort", "images"), [("fast", 50), ("balanced", 100)])
def test_baseline_of_few_images_is_tried_and_the_one_of_all_taken(effort: str, images: int) -> None:
    found, asked = guarded({b"some": 0.93, b"all": 0.94}, effort)
    assert asked == [images, None]
    assert found is not None
    assert (found.data, found.fidelity.expected) == (b"all", 0.94)


def test_baseline_that_is_no_nearer_once_it_has_seen_all_images_is_not_taken() -> None:
    assert guarded({b"some": 0.93, b"all": 0.91}, "balanced") == (None, [100, None])
