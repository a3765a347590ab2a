"""Which combinations nothing beats, and which is the smallest that is accurate enough."""

from io import BytesIO

from PIL import Image

from edgewright_train.comparison import Row
from edgewright_train.sweep import not_beaten, smallest_within
from edgewright_train.sweep.picture import frontier_plot
from edgewright_train.sweep.tables import verdict


def row(name, accuracy, size, latency_ms, *, spread=0.02, gzip=None):
    none = size is None
    return Row(
        name=name,
        run=f"out/{name}",
        parameters=1000,
        multiply_adds=1_000_000,
        accuracy=accuracy,
        low=accuracy - spread,
        high=accuracy + spread,
        images=300,
        int8_bytes=size,
        int8_accuracy=None if none else accuracy,
        latency_ms=None if none else latency_ms,
        seconds=1.0,
        int8_gzip_bytes=None if none else gzip or size,
    )


LARGE, MIDDLE, SMALL = row("large", 0.95, 900, 9.0), row("middle", 0.943, 500, 4.0), row("small", 0.90, 300, 3.0)
SLOW, UNCONVERTED = row("slow", 0.94, 500, 5.0), row("unconverted", 0.99, None, None)
ROWS = [LARGE, MIDDLE, SMALL, SLOW, UNCONVERTED]


def test_frontier_is_what_no_other_beats_in_accuracy_latency_and_size():
    assert not_beaten(ROWS) == [LARGE, MIDDLE, SMALL]
    assert not_beaten([MIDDLE, row("twin", 0.943, 500, 4.0)])[0] is MIDDLE


def test_smallest_within_the_drop_is_named():
    assert smallest_within(ROWS, 0.01).chosen is MIDDLE
    assert smallest_within(ROWS, 0.06).chosen is SMALL
    assert smallest_within(ROWS, 0.0).chosen is LARGE
    assert smallest_within([UNCONVERTED], 0.1) is None


def test_of_files_of_one_size_the_smaller_after_gzip_is_taken():
    sparse = row("sparse", 0.94, 500, 9.0, gzip=200)
    assert smallest_within([MIDDLE, sparse, LARGE], 0.02).chosen is sparse


def test_verdict_says_where_chance_alone_makes_as_much_of_a_difference():
    text = verdict(smallest_within(ROWS, 0.01))
    assert text.startswith("Smallest within 1.0% of the best (large, 95.0%): middle, 94.3%")
    assert "chance alone" in text
    assert "chance alone" not in verdict(smallest_within(ROWS, 0.03))
    assert "the best itself" in verdict(smallest_within(ROWS, 0.0))


def test_picture_is_drawn_for_many_combinations():
    many = [row(f"alpha={number}, $x^", 0.5 + number / 50, 100 * number, number / 2) for number in range(1, 20)]
    with Image.open(BytesIO(frontier_plot(many, smallest_within(many, 0.1)))) as image:
        assert image.width > image.height
