import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edgewright_convert.calibration.limits import MINIMUM_SIZE
from edgewright_convert.calibration.representative_dataset import (
    RepresentativeDataset,
    choose_rows,
    read_representative_dataset,
)
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.splits import SplitRow, read_splits, rows_of, write_splits

LABELS = ("a", "b", "c")


def rows_with(counts):
    return [
        SplitRow(f"{label}/{number}.png", label, "train", f"{label}{number:060}")
        for label, count in counts.items()
        for number in range(count)
    ]


@given(
    counts=st.fixed_dictionaries({label: st.integers(10, 40) for label in LABELS}),
    size=st.integers(MINIMUM_SIZE, 120),
    seed=st.integers(0, 3),
)
def test_choice_is_distinct_balanced_and_no_larger_than_asked(counts, size, seed):
    rows = rows_with(counts)
    chosen = choose_rows(rows, LABELS, size=size, seed=seed, where="splits.csv")
    assert len(set(chosen)) == len(chosen) == min(size, len(rows))
    per_label = Counter(row.label for row in chosen)
    for label in LABELS:
        # A class falls behind another only when it has no more images to give.
        assert per_label[label] >= min(counts[label], max(per_label.values()) - 1)


@given(seed=st.integers(0, 5), order=st.randoms(use_true_random=False))
def test_choice_does_not_depend_on_the_order_of_rows(seed, order):
    rows = rows_with(dict.fromkeys(LABELS, 30))
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert choose_rows(rows, LABELS, size=40, seed=seed, where="") == choose_rows(
        shuffled, LABELS, size=40, seed=seed, where=""
    )


def test_another_seed_chooses_other_images():
    rows = rows_with(dict.fromkeys(LABELS, 100))
    first, second = (choose_rows(rows, LABELS, size=30, seed=seed, where="") for seed in (0, 1))
    assert set(first) != set(second)


def test_copies_of_one_image_count_once():
    rows = [SplitRow(f"{n}.png", "ab"[n % 2], "train", f"{n % 2}" * 64) for n in range(50)]
    with pytest.raises(EdgewrightError, match="2 different training image"):
        choose_rows(rows, LABELS, size=30, seed=0, where="splits.csv")


def test_too_few_training_images_are_refused():
    with pytest.raises(EdgewrightError, match=r"3 different training image.*at least 20"):
        choose_rows(rows_with({"a": 2, "b": 1}), LABELS, size=200, seed=0, where="splits.csv")


def test_asking_for_too_few_images_is_refused():
    with pytest.raises(EdgewrightError, match="at least 20 images, not 5"):
        choose_rows(rows_with({"a": 30, "b": 30}), LABELS, size=5, seed=0, where="splits.csv")


def test_images_of_one_class_only_are_refused():
    with pytest.raises(EdgewrightError, match="one class 'a'"):
        choose_rows(rows_with({"a": 40}), LABELS, size=30, seed=0, where="splits.csv")


def test_label_that_the_model_does_not_know_is_refused():
    with pytest.raises(EdgewrightError, match=r"label.* z"):
        choose_rows(rows_with({"a": 40, "z": 3}), LABELS, size=30, seed=0, where="splits.csv")


def test_of_many_labels_five_are_named_and_the_others_counted():
    strangers = {f"z{number:04}": 1 for number in range(1000)}
    with pytest.raises(EdgewrightError, match=r"label.* z0000, z0001, z0002, z0003, z0004 and 995 more, which"):
        choose_rows(rows_with({"a": 40, **strangers}), LABELS, size=30, seed=0, where="splits.csv")
    labels = ("a", *strangers)
    with pytest.raises(EdgewrightError, match=r"at least two of a, z0000, z0001, z0002, z0003 and 996 more$"):
        choose_rows(rows_with({"a": 40}), labels, size=30, seed=0, where="splits.csv")


def test_of_many_classes_without_an_image_five_are_named_and_the_others_counted():
    absent = tuple(f"class {number}" for number in range(1000))
    dataset = RepresentativeDataset(rows=(), pixels=np.zeros((0, 1, 1, 3), np.uint8), seed=0, absent_labels=absent)
    (note,) = dataset.notes(0)
    assert note.endswith("has no image of class 0, class 1, class 2, class 3, class 4 and 995 more")


def dataset_of(run, **options):
    return read_representative_dataset(
        run, Preprocessing.load(run.preprocessing), read_labels(run.labels), **{"size": 40, **options}
    )


def test_pixels_are_those_of_the_contract_and_the_list_has_a_hash(editable_run):
    found = dataset_of(editable_run)
    contract = Preprocessing.load(editable_run.preprocessing)
    assert found.pixels.dtype == np.uint8
    assert np.array_equal(found.pixels[7], contract.apply(found.rows[7].path))
    assert found.as_options()["files"] == [row.path for row in found.rows]
    assert found.sha256 == dataset_of(editable_run).sha256 != dataset_of(editable_run, seed=9).sha256


def test_only_training_images_are_used(editable_run):
    training = {row.sha256 for row in rows_of(read_splits(editable_run.splits), "train")}
    found = dataset_of(editable_run, size=10_000)
    assert {row.sha256 for row in found.rows} <= training
    assert "all that the train split holds" in found.notes(10_000)[0]


def test_test_image_that_is_also_a_training_image_is_refused(editable_run):
    rows = read_splits(editable_run.splits)
    test_row = rows_of(rows, "test")[0]
    write_splits(editable_run.splits, [*rows, SplitRow("copy.png", test_row.label, "train", test_row.sha256)])
    with pytest.raises(EdgewrightError, match="one split only"):
        dataset_of(editable_run)


def test_hash_in_capitals_does_not_hide_a_test_image_among_training_images(editable_run):
    rows = read_splits(editable_run.splits)
    test_row = rows_of(rows, "test")[0]
    others = [row for row in rows if row is not test_row]
    hidden = replace(test_row, path="copy.png", sha256=test_row.sha256.upper())
    write_splits(editable_run.splits, [*others, hidden, replace(test_row, split="train")])
    with pytest.raises(EdgewrightError, match="one split only"):
        dataset_of(editable_run)


def test_splits_edited_after_training_are_refused(editable_run):
    from edgewright_runtime.run.manifest import add_artefacts, describe

    entry = describe(editable_run.splits, stage="train", options={}, versions={})
    add_artefacts(editable_run.path, {"splits.csv": entry})
    text = editable_run.splits.read_text().replace(",test,", ",train,", 1)
    editable_run.splits.write_text(text)
    with pytest.raises(CheckFailedError, match=r"splits\.csv is not the list of images that manifest\.json describes"):
        dataset_of(editable_run)


def with_training_images_in(run, folder, change):
    """The run with its training images copied, and one of them changed."""
    folder.mkdir()
    rows = []
    for number, row in enumerate(read_splits(run.splits)):
        copy = folder / f"{number}.png"
        shutil.copy(row.path, copy)
        rows.append(SplitRow(str(copy), row.label, row.split, row.sha256))
    write_splits(run.splits, rows)
    change(Path(rows_of(rows, "train")[0].path))
    return run


def test_missing_image_is_refused_by_name(editable_run, tmp_path):
    run = with_training_images_in(editable_run, tmp_path / "images", lambda path: path.unlink())
    with pytest.raises(EdgewrightError, match=r"images.*\.png"):
        dataset_of(run, size=10_000)


def test_image_that_changed_since_training_is_refused(editable_run, tmp_path):
    run = with_training_images_in(editable_run, tmp_path / "images", lambda path: path.write_bytes(b"no image"))
    with pytest.raises(EdgewrightError, match="SHA-256"):
        dataset_of(run, size=10_000)


def test_unreadable_image_is_refused_by_name(editable_run, tmp_path):
    import hashlib

    run = with_training_images_in(editable_run, tmp_path / "images", lambda path: path.write_bytes(b"no image"))
    rows = list(read_splits(run.splits))
    spoilt = rows_of(rows, "train")[0]
    digest = hashlib.sha256(b"no image").hexdigest()
    rows[rows.index(spoilt)] = SplitRow(spoilt.path, spoilt.label, "train", digest)
    write_splits(run.splits, rows)
    with pytest.raises(EdgewrightError, match=spoilt.path):
        dataset_of(run, size=10_000)


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="no file here that is there and cannot be read")
def test_image_that_the_system_cannot_read_is_refused_by_name(editable_run):
    rows = list(read_splits(editable_run.splits))
    spoilt = rows_of(rows, "train")[0]
    rows[rows.index(spoilt)] = replace(spoilt, path="/proc/self/mem")
    write_splits(editable_run.splits, rows)
    with pytest.raises(EdgewrightError, match="Cannot read /proc/self/mem"):
        dataset_of(editable_run, size=10_000)


def test_stored_pixels_are_those_of_the_images(editable_run):
    plain, first, second = (dataset_of(editable_run, store=store) for store in (False, True, True))
    assert np.array_equal(plain.pixels, first.pixels)
    assert np.array_equal(plain.pixels, second.pixels)
    assert plain.sha256 == second.sha256
    assert plain.as_options() == second.as_options()
    assert [len(each.notes(40)) for each in (plain, first, second)] == [0, 1, 1]


def test_run_without_images_says_how_to_give_some(editable_run):
    editable_run.splits.unlink()
    with pytest.raises(EdgewrightError, match="--data FOLDER"):
        dataset_of(editable_run)


def test_sentence_of_a_run_without_images_names_the_other_way_too(bare_run):
    with pytest.raises(EdgewrightError, match="--calibrate FOLDER"):
        dataset_of(bare_run)


class TestOfUnlabelledImages:
    """The dataset that `--calibrate` asks for."""

    def test_takes_the_place_of_the_train_split_and_says_so(self, editable_run, photographs):
        folder = photographs(50)
        found = dataset_of(editable_run, calibrate=folder)
        contract = Preprocessing.load(editable_run.preprocessing)
        assert np.array_equal(found.pixels[3], contract.apply(found.rows[3].path))
        assert all(Path(row.path).is_relative_to(folder) for row in found.rows)
        assert found.notes(40)[0] == f"the representative dataset is 40 of the 50 images of {folder}"
        kept = found.as_options()
        assert (kept["split"], kept["calibrate"], kept["size"]) == (None, str(folder), 40)
        assert kept["files"] == [row.path for row in found.rows]

    def test_brightness_is_compared_with_the_test_split_and_labels_are_not(self, editable_run, photographs):
        folder = photographs(30)
        for path in folder.rglob("*.png"):
            Image.open(path).point(lambda value: 200 + value // 5).save(path)
        found = dataset_of(editable_run, calibrate=folder)
        assert found.as_options()["against_test_split"]["label_balance"] is None
        assert any("brighter than the test split" in note for note in found.notes(40))

    def test_needs_no_splits(self, bare_run, photographs):
        found = dataset_of(bare_run, calibrate=photographs(30))
        assert len(found.rows) == 20
        assert found.as_options()["against_test_split"] is None

    def test_edited_splits_are_refused_for_test_images_may_hide_in_them(self, editable_run, photographs):
        from edgewright_runtime.run.manifest import add_artefacts, describe

        add_artefacts(
            editable_run.path, {"splits.csv": describe(editable_run.splits, stage="train", options={}, versions={})}
        )
        editable_run.splits.write_text(editable_run.splits.read_text().replace(",test,", ",train,", 1))
        with pytest.raises(CheckFailedError, match=r"splits\.csv is not the list"):
            dataset_of(editable_run, calibrate=photographs(30))

    def test_stored_pixels_are_those_of_the_images(self, bare_run, photographs):
        folder = photographs(30)
        plain, first, second = (dataset_of(bare_run, calibrate=folder, store=store) for store in (False, True, True))
        assert np.array_equal(plain.pixels, first.pixels)
        assert np.array_equal(plain.pixels, second.pixels)
        assert "taken from cache/representative-" in second.notes(40)[-1]
