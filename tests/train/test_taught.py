"""`--teacher` and `--prune` from the data to the run folder: what is recorded, compared and gone on with."""

import json
from dataclasses import replace

import pytest

from edgewright_runtime.console import Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_train import TrainOptions
from edgewright_train.pipeline import train_run
from edgewright_train.printed import print_trained
from edgewright_train.provenance import Asked, kept_run
from edgewright_train.recipes import RecipeChanges

from ..listening import Listening
from .test_command import edgewright


@pytest.fixture(scope="module")
def recipe(small_recipe):
    return replace(small_recipe, backbone="small_cnn", alpha=1.0, input_size=24).with_epochs(0, 2)


@pytest.fixture(scope="module")
def taught(tmp_path_factory, colours, recipe, head_run):
    """A pruned student of another size than its teacher."""
    out, listening = tmp_path_factory.mktemp("taught") / "run", Listening()
    options = TrainOptions(recipe, weights="none", seed=4, teacher=head_run, prune=0.5)
    return out, train_run(colours, out, options, reporter=listening), listening.lines


def test_teacher_is_told_and_recorded_with_its_hash(taught, head_run):
    out, _, lines = taught
    assert [line for line in lines if line.startswith(f"Teacher {head_run}: ")]
    made = json.loads((out / "metrics.json").read_text())["training"]
    manifest = json.loads((head_run / "manifest.json").read_text())
    model = manifest["artefacts"]["model.keras"]
    assert made["teacher"] == {"source": str(head_run), "sha256": model["sha256"]}


def test_sparsity_of_each_kind_is_in_the_metrics_and_printed(taught, capsys):
    out, trained, _ = taught
    kinds = json.loads((out / "metrics.json").read_text())["sparsity"]["kinds"]
    shares = {kind["name"]: kind["zeros"] / kind["weights"] for kind in kinds}
    assert shares.pop("first convolution") == 0
    assert set(shares) >= {"other convolutions", "dense layers"}
    assert all(share == pytest.approx(0.5, abs=0.01) for share in shares.values())
    print_trained(trained, out, as_json=False)
    printed = capsys.readouterr().out
    assert "dense layers" in printed
    assert "after gzip" in printed


def test_a_run_is_kept_only_for_the_same_teacher_and_sparsity(taught, head_run, scratch_run):
    out, _, _ = taught
    same = Asked(teacher=str(head_run), changes=RecipeChanges(sparsity=0.5))
    assert f"teacher {head_run}" in kept_run(out, same, reporter=Silent())
    for asked, told in (
        (Asked(teacher=str(scratch_run)), f"teacher: {scratch_run} given, {head_run} in the run"),
        (Asked(changes=RecipeChanges(sparsity=0.75)), "prune: 0.75 given, 0.5 in the run"),
    ):
        with pytest.raises(EdgewrightError, match=told):
            kept_run(out, asked, reporter=Silent())
    with pytest.raises(EdgewrightError, match=r"teacher: .* given, none in the run"):
        kept_run(head_run, Asked(teacher=str(scratch_run)), reporter=Silent())


def test_pruning_without_an_epoch_of_all_layers_is_refused(colours, small_recipe, backbone_weights, tmp_path):
    options = TrainOptions(small_recipe, weights=str(backbone_weights), prune=0.5)
    with pytest.raises(EdgewrightError, match="has 0 epochs; give it some with --epochs P1,P2"):
        train_run(colours, tmp_path / "run", options)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--teacher", "gone"], "There is no model gone; give a run folder or a .keras file to --teacher"),
        (["--prune", "1.5"], "--prune must be a number at least 0 and at most 0.99"),
        (["--sweep", "alhpa=0.35,1.0"], "did you mean 'alpha'?"),
        (["--sweep", "alpha"], "--sweep takes KEY=V1,V2"),
        (["--sweep", "alpha=0.35,1.0", "size=32,64", "--folds", "3"], "--folds and --sweep exclude each other"),
        (["--max-drop", "0.1"], "--max-drop is for --sweep"),
    ],
)
def test_bad_input_ends_in_one_sentence_before_anything_is_read(tmp_path, arguments, sentence):
    result = edgewright("train", "data", "--recipe", "digits", "--out", "run", *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
