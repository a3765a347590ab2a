from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.cli import main
from edgewright_runtime.evaluation.gate import PairedCounts, Thresholds, decide
from edgewright_runtime.evaluation.policy import POLICY, exit_status_of, loud_line
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import write_labels

pytestmark = pytest.mark.numeric

PASSED = PairedCounts(n=3000, agreed=3000, lost=0, gained=0)
FAILED = PairedCounts(n=300, agreed=100, lost=150, gained=0)
WITHIN = PairedCounts(n=180, agreed=179, lost=1, gained=0)
BEYOND = PairedCounts(n=180, agreed=177, lost=3, gained=0)
"""A drop of 1.67 points, which 180 images do not tell from one point."""


@pytest.mark.parametrize(
    ("counts", "status", "strict_status", "line"),
    [
        (PASSED, 0, 0, None),
        (FAILED, 1, 1, "FAIL: new: "),
        (WITHIN, 0, 1, "INCONCLUSIVE: new: "),
        (BEYOND, 1, 1, "INCONCLUSIVE, MUST NOT SHIP: new: "),
    ],
)
def test_exit_status_and_loud_line_follow_from_the_verdict(counts, status, strict_status, line):
    decision = decide(counts, Thresholds())
    assert exit_status_of([decision], strict=False) == status
    assert exit_status_of([decision], strict=True) == strict_status
    said = loud_line("new", decision)
    assert said is None if line is None else said == f"{line}{decision.why}"


def test_one_that_must_not_ship_decides_for_all():
    decisions = [decide(counts, Thresholds()) for counts in (PASSED, BEYOND, WITHIN)]
    assert exit_status_of(decisions, strict=False) == 1
    assert exit_status_of([], strict=True) == 0


def test_readme_says_the_policy_in_the_words_of_the_help():
    readme = (Path(__file__).parents[3] / "README.md").read_text().replace("`", "")
    assert POLICY in " ".join(readme.split())


@pytest.fixture(scope="module")
def three_lost_of_180(tmp_path_factory):
    """Two models that name 177 of 180 squares alike; the candidate is wrong on three that the reference has right."""
    import keras

    folder = tmp_path_factory.mktemp("three-lost")
    for label, colour in (("red", (200, 40, 0)), ("green", (40, 200, 0))):
        (folder / "data" / label).mkdir(parents=True)
        for number in range(90):
            # Three reds are only just more red than green; each has a pixel of its own, for copies are told apart.
            pixels = np.full((16, 16, 3), (130, 110, 0) if label == "red" and number < 3 else colour, np.uint8)
            pixels[number // 16, number % 16, 2] = 90
            Image.fromarray(pixels).save(folder / "data" / label / f"{number:02}.png")
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    head = keras.layers.Dense(2, activation="softmax")
    model = keras.Model(inputs, head(x))
    for name, bias in (("reference", 0.0), ("candidate", 2.0)):
        head.set_weights([np.array([[0, 10], [10, 0], [0, 0]], np.float32), np.array([bias, 0], np.float32)])
        model.save(folder / f"{name}.keras")
    write_labels(folder / "labels.txt", ("green", "red"))
    Preprocessing(16, 16).save(folder / "preprocessing.json")
    return folder


@pytest.mark.parametrize(("options", "status"), [([], 1), (["--strict"], 1), (["--max-drop", "0.02"], 0)])
def test_drop_beyond_the_limit_on_180_images_ends_with_status_1_and_says_why(
    three_lost_of_180, monkeypatch, capsys, options, status
):
    folder = three_lost_of_180
    files = [folder / "reference.keras", folder / "candidate.keras", folder / "data"]
    sheets = ["--labels", folder / "labels.txt", "--preprocessing", folder / "preprocessing.json"]
    monkeypatch.setattr("sys.argv", ["edgewright", "gate", *map(str, files + sheets), "--json", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    row = json.loads(out)
    assert (row["verdict"], row["n"], row["beyond"]) == ("inconclusive", 180, status == 1)
    assert row["drop"] == pytest.approx(3 / 180)
    assert ended.value.code == status
    if status:
        assert "INCONCLUSIVE, MUST NOT SHIP: candidate.keras: at 95% confidence on 180 images" in err
        assert "what was measured, a drop of 1.67 points, is beyond the limit already" in err
    else:
        assert "INCONCLUSIVE: candidate.keras: " in err
