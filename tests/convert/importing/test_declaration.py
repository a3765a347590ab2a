"""What the manifest keeps of what the user declared."""

from edgewright_convert.importing.declaration import Declaration
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing.normalisations import normalisation_named


def test_labels_are_kept_by_their_content_and_the_threshold_only_where_one_was_given(digit_labels):
    declared = Declaration(digit_labels, normalisation_named("unit"), crop_fraction=0.875)
    options = declared.as_options()
    assert options["labels_sha256"] == sha256_of_file(digit_labels)
    assert (options["normalisation"], options["crop_fraction"]) == ("unit", 0.875)
    assert "threshold" not in options
    given = Declaration(digit_labels, normalisation_named("unit"), threshold=0.25)
    assert given.as_options()["threshold"] == 0.25


def test_another_order_of_the_labels_is_another_declaration(digit_labels):
    declared = Declaration(digit_labels, normalisation_named("unit"))
    before = declared.as_options()
    digit_labels.write_text("\n".join(map(str, range(9, -1, -1))))
    assert declared.as_options() != before
