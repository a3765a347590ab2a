"""The converter's own file takes the corrected one's place only where it is nearer to the float model."""

from __future__ import annotations

from edgewright_convert.int8.baseline_guard import nearer_baseline
from edgewright_convert.int8.fidelity import Fidelity

OURS = Fidelity(0.9, 0.01, 40)


def guarded(distances: dict[bytes, float], effort: str) -> tuple[object, list[int | None]]:
    asked: list[int | None] = []

    def build(images: int | None) -> bytes:
        asked.append(images)
        return b"all" if images is None else b"some"

    return nearer_baseline(OURS, effort, build, lambda file: Fidelity(0.9, distances[file], 40)), asked


def test_corrected_file_stays_where_the_baseline_is_no_nearer() -> None:
    assert guarded({b"all": OURS.distance}, "balanced") == (None, [None])
    assert guarded({b"some": 0.02}, "fast") == (None, [50])


def test_nearer_baseline_is_taken_and_says_so() -> None:
    found, asked = guarded({b"all": 0.005}, "balanced")
    assert asked == [None]
    assert (found.data, found.fidelity.distance) == (b"all", 0.005)
    assert "nearer to the float model on 40 held-out images" in found.why


def test_fast_tries_a_baseline_of_few_images_and_takes_the_one_of_all() -> None:
    found, asked = guarded({b"some": 0.005, b"all": 0.004}, "fast")
    assert asked == [50, None]
    assert (found.data, found.fidelity.distance) == (b"all", 0.004)
