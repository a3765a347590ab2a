"""A run folder that holds a model is refused, or kept where it was made from what is asked for."""

import json
import shutil
from pathlib import Path

import pytest

from edgewright_runtime.console import Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_train.provenance import Asked, check_free, kept_run
from edgewright_train.recipes import RecipeChanges

from ...painted import paint

RECIPE = "banana"


@pytest.fixture(scope="module")
def made(tmp_path_factory, backbone_weights):
    """A folder with `photos`, and `run`, trained on it as a user would."""
    from edgewright_train.options import TrainOptions
    from edgewright_train.pipeline import train_run

    folder = tmp_path_factory.mktemp("made")
    paint(folder / "photos", per_class=6)
    (folder / "photos" / "red" / "liar.png").write_text("no image")
    options = TrainOptions(RECIPE, weights=str(backbone_weights), epochs=(1, 0), seed=4, size=32, alpha=0.35)
    train_run(folder / "photos", folder / "run", options)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A copy that a test may change; the run says that it was trained on the copy of the photos."""
    copy = tmp_path / "made"
    shutil.copytree(made, copy)
    for name in ("manifest.json", "splits.csv", "metrics.json"):
        path = copy / "run" / name
        path.write_text(path.read_text().replace(str(made), str(copy)))
    return copy


def kept(folder: Path, asked: Asked) -> str | None:
    return kept_run(folder / "run", asked, reporter=Silent())


def refusal(folder: Path, asked: Asked) -> str:
    with pytest.raises(EdgewrightError) as caught:
        kept(folder, asked)
    assert "--overwrite" in str(caught.value)
    assert "OVERWRITE=1" in str(caught.value)
    return str(caught.value)


def test_free_folder_is_free(tmp_path):
    check_free(tmp_path / "new")
    check_free(tmp_path)
    (tmp_path / "labels.txt").write_text("a\nb\n")
    check_free(tmp_path)


@pytest.mark.parametrize("name", ["model.keras", "saved_model/saved_model.pb", "tflite/model_int8.tflite"])
def test_folder_that_holds_a_model_of_any_format_is_not_free(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("a model")
    with pytest.raises(EdgewrightError, match=rf"holds a model already \({name.replace('/saved_model.pb', '')}\)"):
        check_free(tmp_path)


def test_no_run_is_none(tmp_path):
    assert kept(tmp_path, Asked(seed=3)) is None


def test_run_made_from_the_same_is_up_to_date_and_says_from_what(made, backbone_weights):
    asked = Asked(
        data=made / "photos", recipe=RECIPE, changes=RecipeChanges((1, 0), 32, 0.35), weights=str(backbone_weights),
        seed=4, labels=made / "run" / "labels.txt",
    )  # fmt: skip
    line = kept(made, asked)
    assert line is not None
    assert line.startswith(f"{made / 'run'} is up to date: trained on {made / 'photos'} with recipe banana, ")
    assert line.endswith("epochs 1,0, seed 4.")


@pytest.mark.parametrize("given", ["nothing", "data", "recipe", "weights", "seed", "epochs"])
def test_what_is_not_given_is_as_the_run_has_it(made, backbone_weights, given):
    asked = {
        "nothing": Asked(),
        "data": Asked(data=made / "photos"),
        "recipe": Asked(recipe=RECIPE),
        "weights": Asked(weights=str(backbone_weights)),
        "seed": Asked(seed=4),
        "epochs": Asked(changes=RecipeChanges(epochs=(1, 0))),
    }[given]
    assert "is up to date" in str(kept(made, asked))


@pytest.mark.parametrize(
    ("asked", "difference"),
    [
        (Asked(seed=3), "seed: 3 given, 4 in the run"),
        (Asked(changes=RecipeChanges(epochs=(1, 1))), "epochs: 1,1 given, 1,0 in the run"),
        (Asked(changes=RecipeChanges(input_size=64)), "size: 64 given, 32 in the run"),
        (Asked(changes=RecipeChanges(alpha=1.0)), "alpha: 1.0 given, 0.35 in the run"),
        (Asked(recipe="flowers"), "recipe: flowers given, banana in the run"),
        (Asked(weights="none"), "weights: none given, "),
        (Asked(deterministic=True), "deterministic: asked for, and the run is not"),
        (Asked(weights="gone.h5"), "weights: gone.h5 given, "),
    ],
)
def test_other_options_are_refused_with_both_values(made, asked, difference):
    assert difference in refusal(made, asked)


def test_every_difference_is_named_in_one_sentence(made):
    sentence = refusal(made, Asked(recipe="digits", seed=3, changes=RecipeChanges(epochs=(2, 2))))
    assert all(name in sentence for name in ("recipe: digits", "seed: 3", "epochs: 2,2"))
    assert "\n" not in sentence


def test_weights_of_another_name_with_the_same_content_are_the_same(made, backbone_weights, tmp_path):
    shutil.copy(backbone_weights, tmp_path / "w.h5")
    assert "is up to date" in str(kept(made, Asked(weights=str(tmp_path / "w.h5"))))
    (tmp_path / "w.h5").write_bytes(b"other")
    assert f"weights: {tmp_path / 'w.h5'} given" in refusal(made, Asked(weights=str(tmp_path / "w.h5")))


def test_a_recipe_file_that_was_changed_is_refused_with_its_fields(folder, small_recipe):
    from edgewright_train import recipes

    text = (Path(recipes.__file__).parent / "banana.toml").read_text()
    mine = folder / "mine.toml"
    mine.write_text(text)
    manifest = folder / "run" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"recipe_name": "banana"', f'"recipe_name": "{mine}"'))
    assert "is up to date" in str(kept(folder, Asked(recipe=str(mine))))
    mine.write_text(text.replace("\nrotation_degrees = ", "\nrotation_degrees = 33 # "))
    assert f"recipe: {mine} has now augmentation.rotation_degrees 33.0 for " in refusal(folder, Asked(recipe=str(mine)))


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("added", "has 1 new file (red/new.png)"),
        ("removed", "lacks 1 file (red/000.png)"),
        ("other content", "has 1 file with another content (red/000.png)"),
        ("mended", "files that were left out then have changed"),
    ],
)
def test_changed_data_are_refused_with_the_files(folder, change, sentence, given):
    red = folder / "photos" / "red"
    if change == "added":
        shutil.copy(red / "000.png", red / "new.png")
    elif change == "removed":
        (red / "000.png").unlink()
    elif change == "other content":
        shutil.copy(red / "001.png", red / "000.png")
    else:
        shutil.copy(red / "001.png", red / "liar.png")
    assert sentence in refusal(folder, Asked(data=folder / "photos") if given else Asked())


def test_many_changed_files_are_counted(folder):
    for number in range(7):
        shutil.copy(folder / "photos" / "red" / "000.png", folder / "photos" / "red" / f"new{number}.png")
    sentence = refusal(folder, Asked())
    assert "has 7 new files (red/new0.png," in sentence
    assert "red/new4.png and 2 more)" in sentence


def test_touched_photos_are_the_same(folder):
    for photo in (folder / "photos").rglob("*.png"):
        photo.touch()
    assert "is up to date" in str(kept(folder, Asked(data=folder / "photos")))


def test_a_run_whose_photos_are_elsewhere_is_kept_if_they_are_not_given(folder):
    (folder / "photos").rename(folder / "moved")
    assert "is up to date" in str(kept(folder, Asked()))
    assert "is up to date" in str(kept(folder, Asked(data=folder / "moved")))
    with pytest.raises(EdgewrightError, match="There is no data set at"):
        kept(folder, Asked(data=folder / "photos"))


def test_labels_in_another_order_are_refused(folder):
    (folder / "mine.txt").write_text("red\ngreen\nblue\n")
    assert "labels: " in refusal(folder, Asked(labels=folder / "mine.txt"))


def test_a_model_that_is_not_the_one_the_manifest_describes_is_not_up_to_date(folder):
    (folder / "run" / "model.keras").write_bytes(b"half published")
    assert "model.keras is not the file that manifest.json describes" in refusal(folder, Asked())


def test_a_model_that_was_not_trained_is_kept_unless_it_is_to_be_compared(folder):
    manifest = folder / "run" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"stage": "train"', '"stage": "import"'))
    assert "is kept as it is" in str(kept(folder, Asked()))
    assert "was not trained there" in refusal(folder, Asked(seed=4))


def test_a_run_that_does_not_say_what_it_was_made_from_cannot_be_compared(folder):
    manifest = folder / "run" / "manifest.json"
    entries = json.loads(manifest.read_text())
    del entries["artefacts"]["model.keras"]["options"]["data_sha256"]
    manifest.write_text(json.dumps(entries))
    assert "manifest.json does not say what it was made from" in refusal(folder, Asked(seed=4))
