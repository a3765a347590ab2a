"""What a data set calls a class leads to that class, or to a sentence."""

from pathlib import Path

import pytest

from edgewright_runtime.dataset.classes import check_all_used, in_classes, listing, note_of_other_names
from edgewright_runtime.dataset.types import ListedFile
from edgewright_runtime.errors import EdgewrightError

CRANES = ("tench", "crane", "goose", "crane")


def files(*labels: str) -> tuple[ListedFile, ...]:
    return tuple(ListedFile(f"{number}.png", label) for number, label in enumerate(labels))


def classes_of(labels, *said, source: Path = Path("photos")) -> list[str]:
    return [
        file.label
        for file in in_classes(
            files(*said), labels, source=source, labels_from="labels.txt", beside=source / "labels.txt"
        )
    ]


def test_labels_are_class_names_where_none_repeats():
    assert classes_of(("b", "a"), "a", "b", "a") == ["a", "b", "a"]


def test_class_may_be_called_by_a_name_that_can_mean_no_other():
    labels = ("n01440764 tench, Tinca tinca", "n02012849 crane", "n03126707 crane")
    assert classes_of(labels, "n01440764", "Tinca_tinca", "n03126707") == [labels[0], labels[0], labels[2]]
    with pytest.raises(EdgewrightError, match="'crane', which"):
        classes_of(labels, "crane")


def test_classes_that_are_called_otherwise_are_named_in_a_note():
    before, after = files("Tench", "goose", "3"), files("tench", "goose", "crane [3]")
    assert note_of_other_names(before, after, source=Path("photos")) == (
        "What photos calls classes is taken for 1 of the labels: 'Tench' for 'tench'.",
    )
    assert note_of_other_names(after, after, source=Path("photos")) == ()


def test_repeated_labels_are_told_apart_by_class_name_or_index():
    assert classes_of(CRANES, "tench", "crane [1]", "3", "2") == ["tench", "crane [1]", "crane [3]", "goose"]


def test_repeated_label_alone_is_refused_with_what_to_write_instead():
    with pytest.raises(
        EdgewrightError, match=r"'crane', and labels\.txt gives that label to 2 classes \(1, 3, counted"
    ) as e:
        classes_of(CRANES, "tench", "crane")
    assert "label them 'crane [1]' or, by the class index, '1'" in str(e.value)


def test_repeated_label_that_no_image_has_is_no_matter():
    assert classes_of(CRANES, "tench", "goose") == ["tench", "goose"]


def test_index_is_no_label_where_the_labels_are_clear():
    with pytest.raises(EdgewrightError, match=r"labelled '1', which labels\.txt does not name"):
        classes_of(("b", "a"), "1")


def test_number_that_is_a_label_is_that_label():
    assert classes_of(("1", "0", "x", "x"), "0", "1", "2") == ["0", "1", "x [2]"]


def test_unknown_labels_are_counted_after_five():
    with pytest.raises(EdgewrightError, match=r"'u0', 'u1', 'u10', 'u11', 'u12' and 95 more, which .* and 995 more$"):
        classes_of([str(n) for n in range(1000)], *sorted(f"u{n}" for n in range(100)))


def test_labels_of_the_data_set_itself_are_named_as_the_way_out(tmp_path):
    (tmp_path / "labels.txt").write_text("n01\nn02\n")
    with pytest.raises(EdgewrightError, match=r"labels\.txt names them all, so give that if its order is the model's"):
        classes_of(("tench", "crane"), "n01", source=tmp_path)


def test_class_without_images_is_refused_by_name():
    with pytest.raises(EdgewrightError, match=r"no image labelled 'crane \[3\]', .*of its 4 classes needs at least 3"):
        check_all_used(
            files("tench", "crane [1]", "goose"), CRANES, source=Path("photos"), labels_from="labels.txt", least=3
        )


@pytest.mark.parametrize(("count", "text"), [(1, "'0'"), (5, "'0', '1', '2', '3', '4'")])
def test_up_to_five_labels_are_listed(count, text):
    assert listing([str(n) for n in range(count)]) == text
