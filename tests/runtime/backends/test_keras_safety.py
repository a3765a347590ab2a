"""Files whose layers run code of their own are refused before anything in them is brought to life."""

import json
import zipfile

import pytest

from edgewright_runtime.backends.keras_safety import CODE_LAYERS, refuse_code_layers, refuse_code_layers_in
from edgewright_runtime.errors import EdgewrightError


def test_ordinary_model_is_taken(float_run):
    refuse_code_layers(float_run / "model.keras")


def test_lambda_layer_is_refused_by_name(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x, name="harmless")])
    model.save(tmp_path / "model.keras")
    with pytest.raises(EdgewrightError, match=r"has Lambda layer\(s\), which run code stored in the file"):
        refuse_code_layers(tmp_path / "model.keras")


@pytest.mark.parametrize("name", sorted(CODE_LAYERS))
def test_code_layer_is_found_however_deep_it_lies_and_under_a_package_name(name, tmp_path):
    config = {
        "config": {"layers": [{"class_name": "Functional", "config": {"layers": [{"class_name": f"my>{name}"}]}}]}
    }
    with pytest.raises(EdgewrightError, match=name):
        refuse_code_layers_in(config, tmp_path / "model.keras")


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_file_that_is_no_keras_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "model.keras"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EdgewrightError, match=r"model\.keras is no \.keras file: "):
        refuse_code_layers(path)


def test_archive_whose_configuration_is_no_json_is_one_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps({})[:1])
    with pytest.raises(EdgewrightError, match=r"is no \.keras file"):
        refuse_code_layers(tmp_path / "model.keras")
