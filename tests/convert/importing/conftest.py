"""Models made elsewhere, saved and imported."""

from __future__ import annotations

import pytest

from edgewright_convert.importing.declaration import Declaration
from edgewright_convert.importing.model_import import import_model
from edgewright_runtime.preprocessing.normalisations import normalisation_named


@pytest.fixture
def imported(tmp_path, digit_labels):
    """A function that imports a model into a new run folder."""

    def import_it(source, *, normalisation="raw", data=None, out=None, **declared):
        declaration = Declaration(digit_labels, normalisation_named(normalisation), **declared)
        return import_model(source, out or tmp_path / "imported", declaration, data=data, seed=0)

    return import_it


@pytest.fixture
def saved(tmp_path, imported_model):
    """A function that saves a model and gives its path."""

    def save(name="model.keras", **options):
        path, model = tmp_path / name, imported_model(**options)
        if path.suffix:
            model.save(path)
        else:
            model.export(path, verbose=False)
        return path, model

    return save
