"""What else a class may be called."""

from edgewright_runtime.dataset.other_names import other_names, plain

LABELS = (
    "n01440764 tench, Tinca tinca",
    "great white shark, white shark",
    "n02012849 crane",
    "n03126707 crane",
    "Daisy",
)


def test_label_is_called_by_its_wordnet_id_or_any_of_its_names():
    names = other_names(LABELS)
    assert names["n01440764"] == names["tench"] == names["tinca tinca"] == names["tench, tinca tinca"] == 0


def test_hands_that_write_differently_mean_the_same():
    names = other_names(LABELS)
    assert names[plain("Great_White-Shark")] == 1
    assert names[plain("daisy")] == 4


def test_name_of_two_classes_means_neither():
    names = other_names(LABELS)
    assert "crane" not in names
    assert (names["n02012849"], names["n03126707"]) == (2, 3)
