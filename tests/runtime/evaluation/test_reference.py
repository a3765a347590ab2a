"""The float model's probabilities are computed once, and again when anything that they depend on changes."""

import numpy as np
import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.evaluation.reference import probabilities_of, reference_probabilities, reference_sha256
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import read_splits, rows_of


@pytest.fixture
def subject(run_copy):
    run = RunFolder(run_copy)
    rows = rows_of(read_splits(run.splits), "test")
    with cached_pixels(rows, Preprocessing.load(run.preprocessing), run_path=run.path) as pixels:
        yield run, rows, np.array(pixels)


def stored(run):
    return sorted((run.path / "cache").glob("reference-*.npy"))


def test_second_time_they_are_read(subject):
    run, rows, pixels = subject
    first = reference_probabilities(run, rows, pixels)
    assert first.shape == (len(rows), 10)
    (file,) = stored(run)
    # Were they computed again, other pixels would give others.
    assert np.array_equal(reference_probabilities(run, rows, 255 - pixels), first)
    assert np.array_equal(np.load(file), first)


def test_other_images_or_another_contract_are_computed_anew(subject):
    run, rows, pixels = subject
    reference_probabilities(run, rows, pixels)
    reference_probabilities(run, rows[:5], pixels[:5])
    assert len(stored(run)) == 2
    run.preprocessing.write_text(run.preprocessing.read_text() + "\n")
    (run.path / "manifest.json").unlink()
    reference_probabilities(run, rows, pixels)
    assert len(stored(run)) == 3


def test_many_images_a_few_at_a_time_are_as_all_at_once(subject):
    run, _, pixels = subject
    many = np.concatenate([pixels, pixels])
    classifier = Classifier.open(run.path, format="tflite-fp32")
    assert np.array_equal(probabilities_of(classifier, many, description="x"), classifier.probabilities(many))


def test_hash_is_the_files_or_that_of_all_files_of_the_folder(subject):
    run, _, _ = subject
    assert reference_sha256(run) == sha256_of_file(run.model)
    run.model.unlink()
    before = reference_sha256(run)
    next(run.saved_model.rglob("variables.index")).write_bytes(b"other")
    assert reference_sha256(run) != before
