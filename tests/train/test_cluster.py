"""TF_CONFIG says which processes train together, or is refused in one sentence."""

import json

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train import TrainOptions
from edgewright_train.cluster import Cluster, cluster_from_environment
from edgewright_train.comparison import compare_backbones
from edgewright_train.folds import train_folds
from edgewright_train.pipeline import train

TWO = ["a:1", "b:2"]


def config(cluster, kind="worker", index=0):
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("{}", None),
        (config({"worker": ["a:1"]}), None),
        (config({"worker": TWO}), Cluster(("a:1", "b:2"), 0)),
        (config({"worker": TWO}, index=1), Cluster(("a:1", "b:2"), 1)),
        (config({"chief": ["c:3"], "worker": TWO}, kind="worker", index=1), Cluster(("c:3", "a:1", "b:2"), 2)),
        (config({"worker": TWO, "chief": ["c:3"]}, kind="chief"), Cluster(("c:3", "a:1", "b:2"), 0)),
    ],
)
def test_workers_come_from_the_variable_the_chief_first(monkeypatch, text, expected):
    monkeypatch.setenv("TF_CONFIG", text)
    assert cluster_from_environment() == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("worker=2", r"TF_CONFIG must be JSON such as .*, not 'worker=2'"),
        ('["a:1"]', "TF_CONFIG must be JSON"),
        (json.dumps({"cluster": {"worker": TWO}}), "TF_CONFIG must be JSON"),
        (config({"worker": TWO, "ps": ["c:3"]}), "may name workers and a chief, not 'ps'"),
        (config({"chief": TWO}, kind="chief"), "names 2 chiefs"),
        (config({"worker": TWO}, index=2), "says that this process is worker 2, which is not in its cluster"),
        (config({"worker": TWO}, kind="chief"), "says that this process is chief 0"),
        (config({"worker": ["a:1", "a:1"]}), "names an address twice"),
        (config({"worker": ["a:1", "b"]}), "must give addresses as host:port, not 'b'"),
    ],
)
def test_what_it_must_not_be_is_one_sentence(monkeypatch, text, sentence):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(EdgewrightError, match=sentence):
        cluster_from_environment()


def test_waiting_time_is_a_number_of_seconds(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config({"worker": TWO}))
    monkeypatch.setenv("EDGEWRIGHT_WAIT_FOR_WORKERS", "7.5")
    found = cluster_from_environment()
    assert found is not None
    assert found.wait_s == 7.5
    monkeypatch.setenv("EDGEWRIGHT_WAIT_FOR_WORKERS", "long")
    with pytest.raises(EdgewrightError, match="EDGEWRIGHT_WAIT_FOR_WORKERS must be a number of seconds, not 'long'"):
        cluster_from_environment()


def test_series_of_trainings_and_what_one_device_alone_can_do_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TF_CONFIG", config({"worker": TWO}))
    recipe = tmp_path / "half.toml"
    recipe.write_text('base = "flowers"\n[optimizer]\nmixed_precision = true\n')
    with pytest.raises(EdgewrightError, match=r"Several trainings in a row \(--folds, .* one machine; unset TF_CONFIG"):
        train_folds(tmp_path, tmp_path / "out", TrainOptions("flowers"), folds=2)
    with pytest.raises(EdgewrightError, match="Several trainings in a row"):
        compare_backbones(tmp_path, tmp_path / "out", TrainOptions("flowers", weights="none"), "mobilenet_v2,small_cnn")
    monkeypatch.setenv("TF_CONFIG", config({"worker": ["localhost:0", "localhost:1"]}))
    with pytest.raises(EdgewrightError, match="mixed_precision = true in the recipe is for one device"):
        train(tmp_path, tmp_path / "out", TrainOptions(str(recipe), weights="none"))
