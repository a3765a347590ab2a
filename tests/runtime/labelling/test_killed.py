"""A run that was killed is gone on with; benchmarks/kill_and_label_on.py kills a hundred."""

from __future__ import annotations

from ...scripts import script


def test_every_file_has_one_row_after_a_run_that_was_killed(converted_run, tmp_path):
    model = converted_run / "tflite" / "model_int8.tflite"
    wrong, facts = script("kill_and_label_on").campaign(model, tmp_path, 4, 60, seed=3)
    assert not wrong, facts
