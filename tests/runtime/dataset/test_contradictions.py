"""A content has one label and one split, or is left out with the image that it contradicts."""

from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.dataset.contradictions import without_contradictions
from edgewright_runtime.dataset.types import LabelledImage
from edgewright_runtime.run.splits import SPLITS


def image(path: str, label: str, sha256: str, split: str | None = None) -> LabelledImage:
    return LabelledImage(path, label, sha256, split)


def test_one_content_with_two_labels_is_left_out_under_both():
    images = [image("1", "ripe", "x"), image("2", "green", "x"), image("3", "ripe", "y")]
    kept, rejected = without_contradictions(images)
    assert [each.path for each in kept] == ["3"]
    assert [(each.path, each.reason) for each in rejected] == [
        ("1", "its content is labelled 'ripe' here and 'green' as 2"),
        ("2", "its content is labelled 'green' here and 'ripe' as 1"),
    ]


def test_copy_in_the_test_split_stays_there_and_leaves_training():
    images = [image("1", "ripe", "x", "train"), image("2", "ripe", "x", "test"), image("3", "ripe", "x", "val")]
    kept, rejected = without_contradictions(images)
    assert [each.path for each in kept] == ["2"]
    assert {each.path for each in rejected} == {"1", "3"}
    assert rejected[0].reason == "its content is in test too, as 2; an image may be in one split only"


def test_copies_with_one_label_in_one_split_are_no_contradiction():
    images = [image("1", "ripe", "x"), image("2", "ripe", "x")]
    assert without_contradictions(images) == (images, [])


@given(
    st.lists(
        st.builds(
            image,
            st.uuids().map(str),
            st.sampled_from("ab"),
            st.sampled_from("xyz"),
            st.sampled_from([*SPLITS, None]),
        ),
        unique_by=lambda each: each.path,
    )
)
def test_what_is_kept_never_contradicts_itself_and_nothing_is_lost(images):
    kept, rejected = without_contradictions(images)
    assert sorted([each.path for each in kept] + [each.path for each in rejected]) == sorted(
        each.path for each in images
    )
    for content in {each.sha256 for each in kept}:
        same = [each for each in kept if each.sha256 == content]
        assert len({(each.label, each.split) for each in same}) == 1
