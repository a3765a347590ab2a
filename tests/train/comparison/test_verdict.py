"""Which of the compared backbones is to be shipped."""

from edgewright_train.comparison import Row, worth_shipping


def row(name, accuracy, latency_ms, *, spread=0.02):
    return Row(
        name=name,
        run=f"out/{name}",
        parameters=1000,
        multiply_adds=1_000_000,
        accuracy=accuracy,
        low=accuracy - spread,
        high=accuracy + spread,
        images=300,
        int8_bytes=None if latency_ms is None else 1000,
        int8_accuracy=None if latency_ms is None else accuracy,
        latency_ms=latency_ms,
        seconds=1.0,
    )


def test_quicker_one_is_shipped_where_its_accuracy_cannot_be_told_from_the_best():
    chosen, why = worth_shipping([row("large", 0.95, 9.0), row("small", 0.94, 2.0), row("tiny", 0.80, 1.0)])
    assert chosen.name == "small"
    assert "cannot be told from the 95.0% of large" in why


def test_most_accurate_is_shipped_where_the_others_are_worse():
    chosen, why = worth_shipping([row("large", 0.95, 9.0), row("tiny", 0.80, 1.0)])
    assert chosen.name == "large"
    assert "by far" in why


def test_most_accurate_may_be_the_quickest_as_well():
    chosen, why = worth_shipping([row("good", 0.95, 1.0), row("slow", 0.94, 9.0)])
    assert chosen.name == "good"
    assert "the quickest of those that come near it" in why


def test_one_that_could_not_be_converted_is_not_shipped():
    chosen, why = worth_shipping([row("unconverted", 0.99, None), row("small", 0.80, 2.0)])
    assert chosen.name == "small"
    assert "unconverted is more accurate, but has no INT8 file" in why


def test_without_any_latency_the_most_accurate_is_named():
    chosen, _ = worth_shipping([row("one", 0.90, None), row("other", 0.91, None)])
    assert chosen.name == "other"
