"""Two model files compared, as it is typed."""

from __future__ import annotations

import json

from ...running import edgewright


def test_gate_takes_classes_of_one_label_by_their_index(two_cranes, digit_images):
    model, labels = two_cranes / "tflite" / "model_fp32.tflite", two_cranes / "labels.txt"
    files = ["--labels", labels, "--preprocessing", two_cranes / "preprocessing.json"]
    done = edgewright("gate", model, model, digit_images, *files, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["n"] == 300
    assert found["top1"] > 0.8
