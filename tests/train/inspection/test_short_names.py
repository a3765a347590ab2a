import pytest

from edgewright_train.inspection.short_names import without_shared_parts


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Augmented Banana Sigatoka", "Augmented Banana Healthy Leaf"], ("Sigatoka", "Healthy Leaf")),
        (["daisy_photos", "rose_photos"], ("daisy", "rose")),
        (["banana-dead-leaf", "banana-healthy-leaf"], ("dead", "healthy")),
        (["cat", "dog"], ("cat", "dog")),
        (["catfish", "catbird"], ("catfish", "catbird")),  # words are not cut
        (["red", "red apple"], ("red", "red apple")),  # a name keeps a word
        (["alone"], ("alone",)),
        (["a b", "a_b"], ("a b", "a_b")),  # would be one name
    ],
)
def test_words_that_all_names_share_are_left_out(names, expected):
    assert without_shared_parts(names) == expected
