"""A training leaves a run folder that holds together."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from edgewright_runtime.dataset import read_dataset
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.manifest import read_manifest, verify
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import read_splits, rows_of
from edgewright_train import TrainOptions, train
from edgewright_train.pipeline import train_run

from ..listening import Listening
from ..tolerances import DEEP, PROBABILITY_SUM, assert_probabilities_close, probability_errors

pytestmark = pytest.mark.numeric

OWN_FILES = {
    "history.csv", "labels.txt", "manifest.json", "metrics.json", "model.keras", "plots/confusion_matrix.png",
    "plots/history.png", "preprocessing.json", "saved_model/saved_model.pb", "splits.csv",
}  # fmt: skip


def grey_csv(folder: Path) -> Path:
    """24 grey images of two classes whose CSV file says which are for the test."""
    lines = ["filepath,label,split"]
    for number in range(24):
        values = np.random.default_rng(number).integers(0, 100, (20, 20)) + 150 * (number % 2)
        Image.fromarray(values.astype(np.uint8)).save(folder / f"{number}.png")
        lines.append(f"{number}.png,{('dark', 'light')[number % 2]},{('train', 'train', 'test')[number % 3]}")
    (folder / "data.csv").write_text("\n".join(lines))
    return folder / "data.csv"


def files_in(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in folder.rglob("*") if path.is_file()}


def test_run_folder_holds_every_file_and_nothing_temporary(head_run):
    names = files_in(head_run).keys()
    assert names >= OWN_FILES
    logs = {name.rpartition("/")[0] for name in names if name.startswith("logs/")}
    assert logs == {"logs/train", "logs/validation"}
    assert not [name for name in names if "partial" in name or "checkpoint" in name]


def test_manifest_has_the_hash_of_every_file_and_what_made_it(head_run, backbone_weights):
    artefacts = read_manifest(head_run).artefacts
    assert artefacts.keys() == files_in(head_run).keys() - {"manifest.json"}
    for name, artefact in artefacts.items():
        assert artefact.sha256 == sha256_of_file(head_run / name)
        assert (artefact.stage, artefact.options["seed"]) == ("train", 4)
        assert {"tensorflow", "keras"} <= artefact.versions.keys()
    assert artefacts["model.keras"].options["weights"]["sha256"] == sha256_of_file(backbone_weights)
    verify(head_run / "model.keras")
    verify(head_run / "saved_model")


def test_contract_labels_and_splits_are_those_that_were_trained_with(head_run, colours, small_recipe):
    run = RunFolder(head_run)
    assert Preprocessing.load(run.preprocessing) == small_recipe.preprocessing()
    assert read_labels(run.labels) == ("blue", "green", "red")
    rows = read_splits(run.splits)
    assert {row.path for row in rows} == {image.path for image in read_dataset(colours).images}
    assert all(sha256_of_file(Path(row.path)) == row.sha256 for row in rows)


@pytest.mark.parametrize("fixture", ["head_run", "scratch_run"])
def test_metrics_are_those_of_the_saved_model_on_the_files_themselves(request, fixture):
    run = RunFolder(request.getfixturevalue(fixture))
    metrics = json.loads(run.metrics.read_text())
    model, contract, labels = (
        keras.models.load_model(run.model),
        Preprocessing.load(run.preprocessing),
        read_labels(run.labels),
    )
    rows = rows_of(read_splits(run.splits), "test")
    pixels = np.stack([contract.apply(row.path) for row in rows]).astype(np.float32)
    probabilities = np.asarray(model(pixels))
    truth = np.array([labels.index(row.label) for row in rows])
    right = probabilities.argmax(axis=1) == truth
    # The metrics come from another computation of the same model, in which a tie may end otherwise.
    ranked = np.sort(probabilities, axis=1)
    sure = ranked[:, -1] - ranked[:, -2] > 2 * probability_errors(probabilities, DEEP).max(axis=1)
    assert (right & sure).sum() <= round(metrics["test"]["accuracy"] * len(rows)) <= (right | ~sure).sum()
    assert metrics["test"]["n"] == len(rows) == np.sum(metrics["test"]["confusion_matrix"])
    assert metrics["images"]["test"] == len(rows)
    assert set(metrics["test"]["per_class"]) == set(labels)


def test_saved_model_answers_as_the_keras_model_with_a_named_signature(head_run):
    run = RunFolder(head_run)
    pixels = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)
    signature = tf.saved_model.load(str(run.saved_model)).signatures["serving_default"]
    assert signature.structured_input_signature[1]["pixels"].shape.as_list() == [None, 32, 32, 3]
    probabilities = np.asarray(signature(pixels=tf.constant(pixels))["probabilities"])
    expected = np.asarray(keras.models.load_model(run.model)(pixels))
    assert_probabilities_close(probabilities, expected, DEEP)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=PROBABILITY_SUM)


def test_model_is_saved_without_the_optimizer_and_loads_in_safe_mode(head_run):
    model = keras.models.load_model(RunFolder(head_run).model, safe_mode=True)
    assert getattr(model, "optimizer", None) is None
    assert model.input_shape == (None, 32, 32, 3)


def test_head_learns_what_it_is_shown(head_run):
    epochs = list(csv.DictReader(RunFolder(head_run).history.read_text().splitlines()))
    assert float(epochs[-1]["accuracy"]) > 0.8
    assert float(epochs[-1]["loss"]) < 0.6 * float(epochs[0]["loss"])


def test_history_has_a_row_per_epoch(head_run, scratch_run):
    def rows(path: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(RunFolder(path).history.read_text().splitlines()))

    assert [row["phase"] for row in rows(head_run)] == ["head"] * 40
    assert [(row["phase"], row["epoch"]) for row in rows(scratch_run)] == [("from_scratch", "1"), ("from_scratch", "2")]


@pytest.mark.parametrize("name", ["confusion_matrix", "history"])
def test_plots_are_pictures(head_run, name):
    with Image.open(RunFolder(head_run).plots / f"{name}.png") as picture:
        assert min(picture.size) > 200
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 10


def test_from_scratch_the_moving_averages_have_a_short_memory(scratch_run):
    model = keras.models.load_model(RunFolder(scratch_run).model)
    momenta = {layer.momentum for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)}
    assert momenta == {0.9}


def test_two_phases_keep_batch_norm_as_it_was_and_train_the_rest(colours, small_recipe, backbone_weights, tmp_path):
    recipe = small_recipe.with_epochs(1, 2)
    recipe = replace(recipe, fine_tune=replace(recipe.fine_tune, unfreeze_layers=8, learning_rate=1e-3))
    trained = train_run(colours, tmp_path / "run", TrainOptions(recipe, weights=str(backbone_weights), seed=4))
    assert [epoch.phase for epoch in trained.epochs] == ["head", "fine_tune", "fine_tune"]
    assert trained.seconds.keys() >= {"head", "fine_tune", "all"}
    fresh = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), include_top=False, alpha=0.35, weights=str(backbone_weights)
    )
    saved = keras.models.load_model(tmp_path / "run" / "model.keras")
    for layer in fresh.layers:
        if isinstance(layer, keras.layers.BatchNormalization) or layer.name == "Conv1":
            for one, two in zip(layer.get_weights(), saved.get_layer(layer.name).get_weights(), strict=True):
                np.testing.assert_array_equal(one, two)


def test_the_same_seed_trains_the_same_model(colours, small_recipe, backbone_weights, head_run, tmp_path):
    again = tmp_path / "again"
    train(str(colours), str(again), TrainOptions(small_recipe, weights=str(backbone_weights), seed=4))
    one, two = (json.loads((run / "metrics.json").read_text()) for run in (head_run, again))
    assert one["test"] == two["test"]
    assert (again / "splits.csv").read_text() == (head_run / "splits.csv").read_text()


class TestRetraining:
    """What happens to a run folder that is there already."""

    @pytest.fixture
    def old_run(self, head_run, tmp_path):
        shutil.copytree(head_run, tmp_path / "run")
        return tmp_path / "run"

    def test_its_labels_stay_and_what_was_made_from_the_old_model_goes_away(
        self, old_run, small_cnn_recipe, small_cnn_weights, tmp_path
    ):
        for name in ("tflite/model_int8.tflite", "onnx/model_fp32.onnx", "tensorrt/a.engine", "report/index.html"):
            (old_run / name).parent.mkdir()
            (old_run / name).write_text("old")
        for name in ("accuracy.json", "latency.json", "notes.md"):
            (old_run / name).write_text("old")
        (old_run / "labels.txt").write_text("light\ndark\n")
        data, recipe = grey_csv(tmp_path), small_cnn_recipe.with_epochs(1, 0)
        listening = Listening()
        options = TrainOptions(recipe, weights=str(small_cnn_weights), seed=5)
        trained = train_run(data, old_run, options, overwrite=True, reporter=listening)
        assert trained.labels == read_labels(old_run / "labels.txt") == ("light", "dark")
        assert trained.metrics()["images"] == {"train": 14, "val": 2, "test": 8}
        left = {entry.name for entry in old_run.iterdir()}
        assert not left & {"tflite", "onnx", "tensorrt", "report", "accuracy.json", "latency.json"}
        assert "notes.md" in left
        removed = (
            f"Removed accuracy.json, latency.json, onnx/, report/, tensorrt/, tflite/ of {old_run}: "
            "made from the model that was there before."
        )
        assert removed in listening.lines
        assert read_manifest(old_run).artefacts["model.keras"].options["seed"] == 5
        verify(old_run / "model.keras")

    def test_it_is_refused_before_anything_is_read_and_left_alone(self, old_run, small_recipe, tmp_path):
        before = files_in(old_run)
        with pytest.raises(EdgewrightError, match=r"holds a model already \(model\.keras\); give .*--overwrite"):
            train_run(tmp_path / "nowhere", old_run, TrainOptions(small_recipe))
        assert files_in(old_run) == before

    def test_other_data_than_its_labels_are_refused_and_nothing_is_touched(self, old_run, small_recipe, tmp_path):
        before = files_in(old_run)
        for label in ("cat", "dog"):
            (tmp_path / "pets" / label).mkdir(parents=True)
            for number in range(3):
                Image.new("RGB", (9, 9), (number, 0, len(label))).save(tmp_path / "pets" / label / f"{number}.png")
        options = TrainOptions(small_recipe.with_epochs(0, 1), weights="none")
        with pytest.raises(EdgewrightError, match=r"labelled 'cat', 'dog', which .*labels\.txt .*does not name"):
            train_run(tmp_path / "pets", old_run, options, overwrite=True)
        assert files_in(old_run) == before


def test_failed_training_leaves_no_folder_behind(colours, small_recipe, tmp_path):
    options = TrainOptions(small_recipe.with_epochs(1, 1), weights="none")
    with pytest.raises(EdgewrightError):
        train_run(tmp_path / "nowhere", tmp_path / "new", options)
    assert not (tmp_path / "new").exists()


def test_classes_of_one_label_are_trained_and_scored_apart(colours, small_cnn_recipe, small_cnn_weights, tmp_path):
    shutil.copytree(colours, tmp_path / "data")
    (tmp_path / "data" / "blue").rename(tmp_path / "data" / "crane [0]")
    (tmp_path / "data" / "red").rename(tmp_path / "data" / "2")
    (tmp_path / "data" / "labels.txt").write_text("crane\ngreen\ncrane\n")
    recipe, out = small_cnn_recipe.with_epochs(1, 0), tmp_path / "run"
    trained = train_run(tmp_path / "data", out, TrainOptions(recipe, weights=str(small_cnn_weights)))
    names = ["crane [0]", "green", "crane [2]"]
    assert (out / "labels.txt").read_text() == "crane\ngreen\ncrane\n"
    assert list(trained.metrics()["test"]["per_class"]) == names
    assert {row.label for row in read_splits(out / "splits.csv")} == set(names)


def test_file_in_place_of_the_run_folder_is_refused_before_anything_is_read(small_recipe, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(EdgewrightError, match="Cannot write"):
        train_run(tmp_path / "nowhere", tmp_path / "file" / "run", TrainOptions(small_recipe, weights="none"))
