"""A run's temperature makes probabilities true, and is used for the model that it was learned for and no other."""

import numpy as np
import pytest

from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.run.manifest import add_artefacts, describe
from edgewright_runtime.run.temperature import Temperature, temperature_in
from edgewright_runtime.strict_json import write_object


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("value", [0.05, 0.5, 1.0, 2.5, 20.0])
def test_probabilities_are_those_of_the_divided_logits(value):
    logits = np.random.default_rng(0).normal(0, 3, (4, 6))
    found = Temperature(value).applied_to(softmax(logits).astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, softmax(logits / value), atol=1e-5)


def test_what_is_0_stays_0_and_nothing_is_lost_of_a_row():
    found = Temperature(0.05).applied_to(np.array([0.02, 0.01, 0.0, 0.97], np.float32))
    assert found[2] == 0
    assert found.sum() == pytest.approx(1)
    np.testing.assert_array_equal(Temperature(3.0).applied_to(np.array([1.0, 0.0], np.float32)), [1.0, 0.0])


@pytest.fixture
def folder(tmp_path):
    """A run folder with a model and its temperature, both in the manifest."""
    model = tmp_path / "model.keras"
    model.write_bytes(b"weights")
    entry = describe(model, stage="train", options={}, versions={})
    write_object(tmp_path / "temperature.json", {"schema_version": 1, "temperature": 0.5, "model_sha256": entry.sha256})
    file = describe(tmp_path / "temperature.json", stage="train", options={}, versions={})
    add_artefacts(tmp_path, {"model.keras": entry, "temperature.json": file})
    return tmp_path


def test_it_is_read_from_the_run_folder_which_need_not_have_the_float_model(folder):
    assert temperature_in(folder) == Temperature(0.5)
    (folder / "model.keras").unlink()  # as on a board
    assert temperature_in(folder) == Temperature(0.5)
    (folder / "manifest.json").unlink()
    assert temperature_in(folder) == Temperature(0.5)


def test_without_a_file_nothing_changes(tmp_path):
    assert temperature_in(tmp_path) == Temperature(1.0)


def test_that_of_another_model_is_not_used_and_told(folder):
    (folder / "model.keras").write_bytes(b"others")
    other = describe(folder / "model.keras", stage="train", options={}, versions={})
    add_artefacts(folder, {"model.keras": other})
    found = temperature_in(folder)
    assert found.value == 1.0
    assert "belongs to another model than model.keras in manifest.json, and is not used" in found.why_not


def test_changed_file_is_refused(folder):
    path = folder / "temperature.json"
    path.write_text(path.read_text().replace("0.5", "0.7"))
    with pytest.raises(CheckFailedError, match=r"temperature\.json is not the file that manifest\.json describes"):
        temperature_in(folder)


@pytest.mark.parametrize("value", [0, -1, True, "0.5", None])
def test_what_is_no_temperature_is_refused(tmp_path, value):
    write_object(tmp_path / "temperature.json", {"schema_version": 1, "temperature": value, "model_sha256": ""})
    with pytest.raises(EdgewrightError, match="must hold schema_version 1 and a temperature above 0"):
        temperature_in(tmp_path)
