"""A run folder holds one training: all of the new one, or all of the old one."""

import csv
import json
from dataclasses import fields, replace
from pathlib import Path

import keras
import numpy as np
import pytest

from edgewright_runtime.dataset import RejectedFile
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.manifest import read_manifest, verify
from edgewright_runtime.run.splits import SPLITS, SplitRow
from edgewright_train.fitting import Epoch
from edgewright_train.results import Trained, score
from edgewright_train.results.calibration import Temperature
from edgewright_train.results.publish import publish

from ..tiny import tiny_network

LABELS = ("blue", "green", "red")


def trained(*, seed: int = 1) -> Trained:
    """A training with its figures made up; the model is real."""
    scores = score(np.eye(3, dtype=np.float32), np.array([0, 1, 1]), LABELS)
    return Trained(
        model=tiny_network(seed=seed).model,
        contract=Preprocessing(32, 32),
        labels=LABELS,
        rows=tuple(SplitRow(f"{n}.png", LABELS[n % 3], SPLITS[n // 3], f"{n:064}") for n in range(9)),
        epochs=(
            Epoch("head", 1, 1.5, 0.25, 1.25, 0.5, 0.01, 2.0),
            Epoch("fine_tune", 1, 1.0, 0.5, 1.0, 0.5, 0.001, 9.0),
        ),
        scores={"val": scores, "test": scores},
        options={"seed": seed},
        rejected=(RejectedFile("liar.png", "it is not an image"),),
        seconds={"all": 1.23456},
        temperature=Temperature(1.5, 3),
        files={"report.html": b"<p>", "plots/roc.png": b"a picture"},
    )


def files_in(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_in_the_manifest_with_its_hash_and_the_options(tmp_path):
    assert publish(trained(seed=7), tmp_path / "new" / "run") == ()
    run = tmp_path / "new" / "run"
    artefacts = read_manifest(run).artefacts
    assert {name: artefact.sha256 for name, artefact in artefacts.items()} == {
        name: sha256 for name, sha256 in files_in(run).items() if name != "manifest.json"
    }
    assert all(artefact.stage == "train" and artefact.options == {"seed": 7} for artefact in artefacts.values())


def test_history_has_the_fields_of_an_epoch_and_their_values(tmp_path):
    publish(trained(), tmp_path)
    rows = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert list(rows[0]) == [field.name for field in fields(Epoch)]
    assert (rows[0]["phase"], float(rows[0]["val_loss"]), float(rows[1]["learning_rate"])) == ("head", 1.25, 0.001)


def test_metrics_count_the_images_name_those_left_out_and_round_the_seconds(tmp_path):
    publish(trained(), tmp_path)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics == json.loads(json.dumps(trained().metrics()))
    assert metrics["images"] == {"train": 3, "val": 3, "test": 3}
    assert metrics["rejected"] == [{"path": "liar.png", "reason": "it is not an image"}]
    assert metrics["training"] == {"seed": 1, "seconds": {"all": 1.23}}
    assert metrics["test"]["accuracy"] == pytest.approx(2 / 3)
    assert metrics["temperature"] == {"value": 1.5, "n": 3, "note": ""}


def test_temperature_is_tied_to_the_model_that_it_was_learned_with(tmp_path):
    publish(trained(), tmp_path)
    assert json.loads((tmp_path / "temperature.json").read_text()) == {
        "schema_version": 1,
        "temperature": 1.5,
        "learned_on": {"split": "val", "images": 3},
        "model_sha256": sha256_of_file(tmp_path / "model.keras"),
    }
    publish(replace(trained(), temperature=Temperature(1.0, 3, "too few")), tmp_path)
    assert json.loads((tmp_path / "temperature.json").read_text())["note"] == "too few"


def test_pictures_and_page_lie_where_they_are_named(tmp_path):
    publish(trained(), tmp_path)
    assert (tmp_path / "report.html").read_bytes() == b"<p>"
    assert [path.name for path in (tmp_path / "plots").iterdir()] == ["roc.png"]


def test_new_training_takes_the_place_of_the_old_one_whole(tmp_path):
    publish(trained(seed=1), tmp_path)
    before = files_in(tmp_path)
    (tmp_path / "saved_model" / "variables" / "stale").write_text("of the old one")
    publish(trained(seed=2), tmp_path)
    after = files_in(tmp_path)
    assert after.keys() == before.keys()  # neither a stale file of a folder nor anything temporary
    assert after["model.keras"] != before["model.keras"]
    assert not list(tmp_path.glob(".partial*"))
    verify(tmp_path / "model.keras")
    verify(tmp_path / "saved_model")
    saved, wanted = keras.models.load_model(tmp_path / "model.keras"), tiny_network(seed=2).model
    for one, two in zip(saved.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_training_that_cannot_be_written_whole_leaves_the_old_one_and_nothing_temporary(tmp_path):
    publish(trained(seed=1), tmp_path)
    before = files_in(tmp_path)
    with pytest.raises(EdgewrightError, match="cannot stand on line 3"):
        publish(replace(trained(seed=2), labels=("a", "b", "two\nlines")), tmp_path)
    assert files_in(tmp_path) == before
    assert not list(tmp_path.glob(".partial*"))


def test_files_of_other_stages_go_and_those_of_people_stay(tmp_path):
    for name in ("tflite/model_int8.tflite", "accuracy.json", "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    assert publish(trained(), tmp_path) == ("accuracy.json", "tflite/")
    assert (tmp_path / "notes.md").read_text() == "old"
