from __future__ import annotations

from edgewright_convert.calibration.stratified_draw import in_turns
from edgewright_runtime.run.splits import SplitRow


def row(label: str, number: int, content: str | None = None) -> SplitRow:
    return SplitRow(f"{label}/{number}.png", label, "train", (content or f"{label}{number}").rjust(64, "0"))


ROWS = [row("a", n) for n in range(5)] + [row("b", n) for n in range(2)]


def test_classes_take_turns_for_as_long_as_they_have_images() -> None:
    drawn = in_turns(ROWS, ["a", "b"], seed=0)
    assert "".join(each.label for each in drawn) == "ababaaa"
    assert set(drawn) == set(ROWS)


def test_order_follows_from_seed_and_contents_and_not_from_paths() -> None:
    moved = [SplitRow(f"elsewhere/{9 - n}.png", each.label, "train", each.sha256) for n, each in enumerate(ROWS)]
    contents = [[each.sha256 for each in in_turns(rows, ["a", "b"], seed=0)] for rows in (ROWS, moved)]
    assert contents[0] == contents[1]
    assert in_turns(ROWS, ["a", "b"], seed=1) != in_turns(ROWS, ["a", "b"], seed=0)


def test_copies_count_once_under_their_first_path() -> None:
    copies = [row("a", 8, "same"), row("a", 3, "same")]
    assert [each.path for each in in_turns(copies, ["a"], seed=0)] == ["a/3.png"]


def test_rows_of_other_labels_are_not_drawn() -> None:
    assert {each.label for each in in_turns(ROWS, ["b"], seed=0)} == {"b"}
