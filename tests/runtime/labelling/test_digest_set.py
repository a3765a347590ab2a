import random
import tracemalloc

from edgewright_runtime.labelling.digest_set import DigestSet


def test_holds_what_was_added_and_nothing_else():
    chance, seen = random.Random(1), DigestSet()
    names = [f"photos/{chance.random()}.jpg" for _ in range(60_000)]
    added, others = names[:40_000], names[40_000:]
    for name in [*added, *added[:100]]:
        seen.add(name)
    assert len(seen) == len(added)
    assert all(name in seen for name in added)
    assert not any(name in seen for name in others)


def test_takes_names_that_are_no_utf_8():
    seen = DigestSet()
    seen.add("caf\udce9.jpg")
    assert "caf\udce9.jpg" in seen
    assert "caf\u00e9.jpg" not in seen


def test_takes_few_bytes_a_text():
    tracemalloc.start()
    try:
        seen = DigestSet()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(100_000):
            seen.add(f"{number}.jpg")
        assert tracemalloc.get_traced_memory()[0] - before < 2_000_000
        assert len(seen) == 100_000
    finally:
        tracemalloc.stop()
