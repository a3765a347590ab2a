"""What people really have: each fault of it is one sentence before any training, and nothing that was there is lost."""

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.errors import EdgewrightError
from edgewright_train import TrainOptions, train
from edgewright_train.data import prepare
from edgewright_train.recipes import load_recipe

from ..listening import Listening
from ..painted import paint


def image(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 255, (12, 12, 3))
    Image.fromarray(values.astype(np.uint8)).save(path)


@pytest.fixture
def photos(tmp_path):
    """Twelve photographs of cats and dogs each."""
    for number in range(24):
        image(tmp_path / "photos" / ("cat", "dog")[number % 2] / f"{number:02}.png", number)
    return tmp_path / "photos"


@pytest.fixture
def out(tmp_path):
    """A run folder with a model in it that no refused training may touch."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.keras").write_text("a model")
    return tmp_path / "run"


def refusal(data, out, **options):
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(EdgewrightError) as caught:
        train(data, out, TrainOptions("digits", **options), overwrite=True)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 600
    return sentence


def prepared(data):
    heard = Listening()
    found = prepare(data, recipe=load_recipe("digits"), labels=None, seed=0, reporter=heard)
    return found, heard.lines


def test_thirty_corrupt_files_are_left_out_and_told(photos):
    for number in range(30):
        (photos / "cat" / f"broken {number}.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off" if number % 2 else b"")
    found, lines = prepared(photos)
    assert len(found.rows) == 24
    assert len(found.dataset.rejected) == 30
    assert len([line for line in lines if line.startswith("Left out ")]) == 21
    assert "Left out 10 more; metrics.json names them all." in lines


def test_class_of_corrupt_files_alone_is_refused(photos, out):
    for number in range(30):
        (photos / "bird").mkdir(exist_ok=True)
        (photos / "bird" / f"{number}.jpg").write_bytes(b"no image")
    sentence = refusal(photos, out)
    assert "too few different readable images of 1 of its 3 classes: 'bird' (0); each needs at least 3" in sentence
    assert "30 were left out, such as " in sentence


def test_class_of_four_images_is_trained_on_and_told(photos):
    for number in range(4):
        image(photos / "bird" / f"{number}.png", 100 + number)
    found, lines = prepared(photos)
    splits = [row.split for row in found.rows if row.label == "bird"]
    assert sorted(splits) == ["test", "train", "train", "val"]
    assert [line for line in lines if line.startswith("Note: ") and "bird" in line]


def test_names_may_have_spaces_and_any_letters_and_folders_may_be_deep(tmp_path):
    labels = ("Grüne Äpfel", "roter Ball", "日本 の 花")
    for number in range(18):
        deep = tmp_path / "Fotos 2026" / labels[number % 3] / "Mai" / "Nº 1"
        image(deep / f"Bild „{number}“.png", number)
    found, _ = prepared(tmp_path / "Fotos 2026")
    assert found.dataset.labels == labels
    assert len(found.rows) == 18


def test_csv_file_names_images_from_its_own_folder(photos, tmp_path, monkeypatch):
    lines = [f"photos/{path.parent.name}/{path.name},{path.parent.name}" for path in sorted(photos.rglob("*.png"))]
    (tmp_path / "data.csv").write_text("\n".join(["filepath,label", *lines]))
    monkeypatch.chdir("/")
    assert len(prepared(tmp_path / "data.csv")[0].rows) == 24


def test_file_under_two_labels_is_left_out_and_told(photos, tmp_path):
    lines = [f"photos/{path.parent.name}/{path.name},{path.parent.name}" for path in sorted(photos.rglob("*.png"))]
    (tmp_path / "data.csv").write_text("\n".join(["filepath,label", *lines, "photos/cat/00.png,dog"]))
    found, said = prepared(tmp_path / "data.csv")
    assert len(found.rows) == 23
    (line,) = {line for line in said if line.startswith("Left out ") and "'cat' here and 'dog'" in line}
    assert "00.png" in line


def test_unknown_word_in_the_column_split_is_refused(photos, tmp_path, out):
    (tmp_path / "data.csv").write_text("filepath,label,split\nphotos/cat/00.png,cat,train\nphotos/dog/01.png,dog,hold")
    assert refusal(tmp_path / "data.csv", out).endswith("data.csv: 'hold' is no split; use train, val, test")


def test_thousand_columns_are_cut(tmp_path, out):
    (tmp_path / "data.csv").write_text(",".join(f"column {number}" for number in range(1000)) + "\n1\n")
    assert refusal(tmp_path / "data.csv", out).endswith("'column 3', 'column 4' and 995 more")
    (tmp_path / "data.csv").write_text("one line of something else " * 500)
    assert refusal(tmp_path / "data.csv", out).endswith("'one line of something else one line of s...'")


def test_thousand_classes_are_cut(tmp_path, out):
    for number in range(1000):
        image(tmp_path / "many" / f"class {number:04}" / "0.png", number)
    sentence = refusal(tmp_path / "many", out)
    assert "of 1000 of its 1000 classes: 'class 0000' (1), " in sentence
    assert "'class 0004' (1) and 995 more" in sentence
    (tmp_path / "labels.txt").write_text("".join(f"other {number}\n" for number in range(1000)))
    sentence = refusal(tmp_path / "many", out, labels=tmp_path / "labels.txt")
    assert (
        "images labelled 'class 0000', 'class 0001', 'class 0002', 'class 0003', 'class 0004' and 995 more" in sentence
    )
    assert sentence.endswith("'other 4' and 995 more")


def test_weights_of_another_backbone_are_refused_by_name(photos, out, backbone_weights):
    sentence = refusal(photos, out, weights=str(backbone_weights))
    assert "holds the weights of a mobilenet_v2 (alpha 0.35), not of a small_cnn" in sentence


def test_weights_that_nobody_publishes_are_refused_before_the_images_are_read(tmp_path, out):
    sentence = refusal(tmp_path / "there is no such folder", out, weights="imagenet")
    assert sentence.startswith("There are no ImageNet weights of small_cnn; train it from scratch with --weights none")


def test_pictures_that_repeat_are_one_for_the_splits(tmp_path):
    paint(tmp_path / "colours", per_class=4)
    copies = sorted((tmp_path / "colours").rglob("*.png"))
    for path in copies:
        path.with_name(f"copy of {path.name}").write_bytes(path.read_bytes())
    found, _ = prepared(tmp_path / "colours")
    splits = {}
    for row in found.rows:
        splits.setdefault(row.sha256, set()).add(row.split)
    assert len(found.rows) == 2 * len(copies)
    assert all(len(each) == 1 for each in splits.values())
