"""Rows of images that are labelled side by side come in order, each as soon as it can."""

import itertools
import threading

import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.labelling.workers import rows_of_images


@pytest.fixture
def photos(digit_images):
    return sorted(map(str, digit_images.glob("[0-4]/000[0-3].png")))


@pytest.fixture
def rows_of(converted_run):
    def rows(paths, workers=2):
        return rows_of_images(paths, lambda: Classifier.open(converted_run, threads=1), workers=workers, top_k=1)

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

    rows = rows_of(slowly())
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
