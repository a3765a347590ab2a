from edgewright_runtime.dataset.groups import groups_of, joined, members
from edgewright_runtime.dataset.types import LabelledImage

A, B, C, D = (letter * 64 for letter in "abcd")


def image(sha256, *, group="", look=b""):
    return LabelledImage(f"{sha256[:1]}.jpg", "x", sha256, look=look, group=group)


def test_what_belongs_to_nothing_has_its_own_name():
    assert groups_of([image(A), image(B)]) == {A: A, B: B}


def test_contents_of_one_group_have_the_least_of_them_as_name():
    found = groups_of([image(C, group="plant 1"), image(A, group="plant 1"), image(B, group="plant 2"), image(D)])
    assert found == {A: A, B: B, C: A, D: D}


def test_images_that_look_alike_belong_together():
    look = bytes(range(256))
    assert groups_of([image(B, look=look), image(A, look=look), image(C)]) == {A: A, B: A, C: C}


def test_where_the_data_set_groups_its_images_looks_do_not_count():
    look = bytes(range(256))
    assert groups_of([image(B, look=look, group="1"), image(A, look=look, group="2")]) == {A: A, B: B}


def test_belonging_goes_through_others():
    assert joined("abcd", [("a", "b"), ("d", "c"), ("b", "c")]) == dict.fromkeys("abcd", "a")


def test_members_are_listed_by_group():
    assert members({A: A, B: A}, [A, B, C]) == {A: [A, B], C: [C]}
