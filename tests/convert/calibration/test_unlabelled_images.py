"""Images without labels: which are drawn, held back and left out."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from edgewright_convert.calibration.limits import MINIMUM_SIZE
from edgewright_convert.calibration.unlabelled_images import draw_unlabelled, sha256_of_unlabelled
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.splits import SplitRow, read_splits, rows_of


def draw(source, run, splits=(), *, size=200, seed=0):
    return draw_unlabelled(source, run, splits, size=size, seed=seed)


def test_draw_is_that_of_the_seed_and_depends_on_no_name(bare_run, photographs, tmp_path):
    folder = photographs(60)
    found = draw(folder, bare_run, size=25)
    assert len({row.sha256 for row in found.rows}) == 25
    assert found.rows == draw(folder, bare_run, size=25).rows
    assert found.rows != draw(folder, bare_run, size=25, seed=1).rows
    for number, path in enumerate(sorted(folder.rglob("*.png"))):
        path.rename(folder / f"renamed {999 - number}.png")
    assert [row.sha256 for row in draw(folder, bare_run, size=25).rows] == [row.sha256 for row in found.rows]


@pytest.mark.parametrize(
    ("count", "size", "drawn", "held_back"),
    [(20, 200, 20, 0), (24, 200, 20, 4), (30, 200, 20, 10), (60, 200, 40, 20), (60, 30, 30, 20)],
)
def test_a_third_at_most_is_held_back_and_none_of_the_least(bare_run, photographs, count, size, drawn, held_back):
    found = draw(photographs(count), bare_run, size=size)
    assert (len(found.rows), len(found.held_back)) == (drawn, held_back)
    assert {row.sha256 for row in found.rows}.isdisjoint(row.sha256 for row in found.held_back)
    (note,) = found.notes
    assert note.startswith(f"the representative dataset is {drawn}")
    assert (f"{held_back} more are held back" if held_back else "none is left to compare files on") in note


def test_nothing_is_held_back_where_the_run_has_images_for_validation(editable_run, photographs):
    found = draw(photographs(30), editable_run, read_splits(editable_run.splits))
    assert (len(found.rows), found.held_back) == (30, None)


def test_some_are_held_back_where_the_photographs_of_the_run_are_not_at_hand(editable_run, photographs):
    gone = [replace(row, path=f"gone/{row.path}") for row in read_splits(editable_run.splits)]
    assert len(draw(photographs(30), editable_run, gone).held_back) == 10


def test_some_are_held_back_where_the_run_has_no_other_images(editable_run, photographs):
    folder = photographs(30)
    rows = [SplitRow(str(path), "3", "train", sha256_of_file(path)) for path in sorted(folder.rglob("*.png"))]
    assert len(draw(folder, editable_run, rows).held_back) == 10


def test_test_images_of_the_run_are_left_out_and_counted(editable_run, photographs):
    folder, rows = photographs(30), read_splits(editable_run.splits)
    test = rows_of(rows, "test")
    for number, row in enumerate(test[:7]):
        shutil.copy(row.path, folder / f"copy {number}.png")
    found = draw(folder, editable_run, rows)
    assert len(found.rows) == 30
    assert {row.sha256 for row in found.rows}.isdisjoint(row.sha256 for row in test)
    assert f"7 image(s) of {folder} left out, which are test images of the run" in found.notes


def test_unreadable_files_are_left_out_and_the_first_is_named(bare_run, photographs):
    folder = photographs(30)
    for number in range(12):
        (folder / f"bad {number}.jpg").write_bytes(f"no image {number}".encode())
    found = draw(folder, bare_run, size=20)
    assert (len(found.rows), len(found.held_back)) == (20, 10)
    (note,) = found.left_out
    assert note.startswith(f"12 file(s) of {folder} left out, such as {folder / 'bad '}")
    assert "it is not an image" in note


def test_a_large_folder_is_not_decoded_to_its_end(bare_run, photographs):
    folder = photographs(60)
    first = [row.sha256 for row in draw(folder, bare_run, size=60).rows]
    for path in folder.rglob("*.png"):
        if sha256_of_file(path) not in first[:20]:
            path.write_bytes(b"no image, " + path.name.encode())
    assert draw(folder, bare_run, [], size=20).rows


def test_copies_count_once_and_too_few_are_refused_with_both_numbers(bare_run, photographs):
    folder = photographs(MINIMUM_SIZE - 1)
    shutil.copy(folder / "000.png", folder / "copy.png")
    with pytest.raises(
        EdgewrightError, match=r"photographs has 19 different readable image\(s\).*at least 20, so add images to it$"
    ):
        draw(folder, bare_run)
    (folder / "bad.png").write_bytes(b"no image")
    with pytest.raises(EdgewrightError, match=r"has 19 .* \(1 file\(s\) of .* left out, such as .*bad\.png: it is not"):
        draw(folder, bare_run)


def test_asking_for_too_few_is_refused(bare_run, photographs):
    with pytest.raises(EdgewrightError, match="at least 20 images, not 5"):
        draw(photographs(30), bare_run, size=5)


def test_hash_follows_the_contents_and_not_the_names(bare_run, photographs):
    folder = photographs(4)
    before = sha256_of_unlabelled(folder, bare_run)
    (folder / "000.png").rename(folder / "other.png")
    assert sha256_of_unlabelled(folder, bare_run) == before
    shutil.copy(folder / "other.png", folder / "copy.png")
    assert sha256_of_unlabelled(folder, bare_run) == before
    (folder / "deeper" / "001.png").write_bytes(b"another")
    assert sha256_of_unlabelled(folder, bare_run) != before
