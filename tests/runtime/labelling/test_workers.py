"""Rows of images that are labelled side by side come in order, each as soon as it can."""

import itertools
import threading

import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.labelling.workers import _in_bunches, rows_of_images


@pytest.fixture
def photos(digit_images):
    return sorted(map(str, digit_images.glob("[0-4]/000[0-3].png")))


@pytest.fixture
def rows_of(converted_run):
    def rows(paths, workers=2, **options):
        def opened():
            return Classifier.open(converted_run, threads=1)

        return rows_of_images(paths, opened, workers=workers, top_k=1, **options)

    return rows


def test_rows_are_in_order_whatever_the_number_of_workers(rows_of, photos):
    one, three = list(rows_of(photos, 1)), list(rows_of(photos, 3))
    assert [row.path for row in three] == photos
    assert one == three


def test_rows_do_not_wait_for_paths_that_come_later(rows_of, photos):
    seen, waited = threading.Event(), []

    def slowly():
        yield from photos[:2]
        waited.append(seen.wait(timeout=60))  # as from a pipe whose writer looks at the rows first
        yield photos[2]

    rows = rows_of(slowly(), one_by_one=True)
    first = list(itertools.islice(rows, 2))
    seen.set()
    assert [row.path for row in (*first, *rows)] == photos[:3]
    assert waited == [True]


def test_source_that_fails_ends_the_rows_at_its_place(rows_of, photos):
    def failing():
        yield photos[0]
        raise EdgewrightError("Cannot read the folder")

    rows = rows_of(failing())
    assert next(rows).path == photos[0]
    with pytest.raises(EdgewrightError, match="Cannot read the folder"):
        next(rows)


def test_no_more_images_are_begun_than_are_wanted_soon(rows_of, photos):
    taken = itertools.count()
    rows = rows_of(path for path in photos * 50 if next(taken) >= 0)
    next(rows)
    rows.close()
    assert next(taken) < 50


class FailsAt(Classifier):
    """A classifier that cannot go on at one path."""

    path_to_fail = ""

    def classify(self, image, *, top_k=None):
        if image == self.path_to_fail:
            raise EdgewrightError("The delegate is gone")
        return super().classify(image, top_k=top_k)


def test_rows_before_an_image_that_ends_all_are_not_lost(converted_run, photos):
    paths = [*photos * 10, "the last", *photos]
    FailsAt.path_to_fail = "the last"
    rows = rows_of_images(paths, lambda: FailsAt.open(converted_run, threads=1), workers=2, top_k=1)
    assert [next(rows).path for _ in photos * 10] == photos * 10
    with pytest.raises(EdgewrightError, match="The delegate is gone"):
        next(rows)


def test_few_images_go_one_by_one_and_many_together():
    assert list(_in_bunches(iter("abc"), workers=2)) == [["a"], ["b"], ["c"]]
    bunches = list(_in_bunches(map(str, range(1000)), workers=2))
    assert [path for some in bunches for path in some] == [str(number) for number in range(1000)]
    sizes = [len(some) for some in bunches]
    assert sizes[:32] == [1] * 32
    assert sizes[:-1] == sorted(sizes[:-1])
    assert max(sizes) == 8
