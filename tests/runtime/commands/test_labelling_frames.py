"""Videos are labelled frame by frame, as it is typed."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.commands.classify import COMMAND

from ...running import edgewright
from ...typed import typed
from ..frames.videos import video_of


@pytest.fixture(scope="module")
def digits_video(tmp_path_factory, digit_images, converted_run):
    """Ten frames of a 3, and then ten of a 7, of which the model is sure."""
    classifier = Classifier.open(converted_run)
    pictures = [surest(classifier, digit_images, digit) for digit in ("3", "7") for _ in range(10)]
    return video_of(tmp_path_factory.mktemp("video") / "digits.avi", pictures)


def surest(classifier, digit_images, digit):
    found = []
    for path in sorted((digit_images / digit).glob("*.png")):
        with Image.open(path) as image:
            picture = np.asarray(image.convert("RGB").resize((64, 64), Image.Resampling.BICUBIC))
        best, *_ = classifier.classify(picture)
        found.append((best.probability if best.label == digit else 0.0, path.name, picture))
    return max(found, key=lambda each: each[:2])[2]


def rows_of(*arguments):
    done = edgewright("classify", *arguments, "--rows", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_frame_is_a_row_with_its_number_and_time(converted_run, digits_video):
    rows = rows_of(converted_run, digits_video, "--smooth", "0")
    assert [row["path"] for row in rows] == [f"{digits_video}#{number}" for number in range(20)]
    assert [row["frame"] for row in rows] == list(range(20))
    assert [row["seconds"] for row in rows] == pytest.approx([number / 10 for number in range(20)], abs=0.05)
    assert [row["label"] for row in rows] == ["3"] * 10 + ["7"] * 10


def test_label_follows_a_change_later_where_probabilities_are_smoothed(converted_run, digits_video):
    sharp, smooth = (rows_of(converted_run, digits_video, "--smooth", seconds) for seconds in ("0", "0.5"))
    assert sharp[10]["label"] == "7"
    assert smooth[10]["label"] == "3"
    assert smooth[-1]["label"] == "7"
    assert smooth[10]["probability"] < smooth[9]["probability"]


def test_frames_may_be_taken_apart_and_up_to_a_time(converted_run, digits_video):
    rows = rows_of(converted_run, digits_video, "--every", "0.5", "--until", "1.2")
    assert [row["frame"] for row in rows] == [0, 5, 10]


def test_rows_go_to_a_file_and_an_unfinished_one_is_gone_on_with(converted_run, digits_video, tmp_path):
    command = ["classify", converted_run, digits_video, "--out", tmp_path / "rows.csv"]
    assert edgewright(*command).returncode == 0
    whole = (tmp_path / "rows.csv").read_text()
    kept = "".join(whole.splitlines(keepends=True)[:8])
    (tmp_path / "rows.csv").unlink()
    (tmp_path / "rows.csv.partial").write_text(kept)
    done = edgewright(*command)
    assert "13 images" in done.stderr
    assert (tmp_path / "rows.csv").read_text() == whole
    rows = list(csv.DictReader(whole.splitlines()))
    assert [row["frame"] for row in rows] == [str(number) for number in range(20)]


def test_video_that_cannot_be_read_is_a_row_with_its_error_and_status_2(converted_run, digits_video, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    done = edgewright("classify", converted_run, tmp_path / "bad.mp4", digits_video, "--every", "9", "--rows", "csv")
    assert done.returncode == 2
    bad, good = csv.DictReader(done.stdout.splitlines())
    assert "holds no frame that can be decoded" in bad["error"]
    assert (good["label"], good["frame"]) == ("3", "0")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "edgewright classify needs SOURCE"),
        (["a.jpg", "--smooth", "1"], "--smooth is for videos and cameras; the sources are images"),
        (["a.mp4", "b.jpg"], "a.mp4 is a video and b.jpg is not"),
        (["a.mp4", "--workers", "2"], "--workers is for images; frames are labelled one after the other"),
        (["a.jpg", "--camera", "0"], "--camera is a source of its own; leave the other sources out"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(arguments, sentence):
    assert sentence in str(typed("classify", COMMAND, "run", *arguments).exception)
