"""Each remedy is suggested where it can help, and nowhere else."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from edgewright_convert.command import add_arguments
from edgewright_convert.explain.efforts import OwnFile
from edgewright_convert.explain.error_shares import ErrorShares
from edgewright_convert.explain.findings import Calibration
from edgewright_convert.explain.suggestions import evaluate_command, suggestions_of
from edgewright_convert.explain.trials import OtherFormat
from edgewright_convert.options import ConvertOptions
from edgewright_runtime.command_line import Command, parser_of

from .made_up import findings, float_layers, float_output, labels, other, spread

SMALL = labels(expected=0.997, changed=0)
NOT_GRAPH = "Sub computes in Python code of its own, not in a graph of layers"
NEARER_BASELINE = "the baseline conversion is nearer to the float model on 200 held-out images"


def names(**changes) -> list[str]:
    return [each.name for each in suggestions_of(findings(**changes))]


def suggestion(name: str, **changes):
    (found,) = [each for each in suggestions_of(findings(**changes)) if each.name == name]
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"labels": SMALL, "effort": "baseline", "own": None}, []),
        ({"labels": labels(expected=0.992), "effort": "baseline", "own": None}, ["raise-effort"]),
        ({"effort": "baseline", "own": None}, ["raise-effort"]),
        ({"effort": "fast", "own": OwnFile("fast", "fast")}, ["raise-effort"]),
        ({"effort": "baseline", "own": None, "why_not_corrected": NOT_GRAPH}, ["rebuild-model"]),
        ({"effort": "baseline", "own": None, "why_not_corrected": NOT_GRAPH, "labels": SMALL}, []),
        ({"calibration": Calibration(30, 900)}, ["more-images"]),
        ({"calibration": Calibration(200, 900, ("the representative dataset has no image of rose",))}, ["more-images"]),
        ({"calibration": Calibration(30, 30), "labels": SMALL}, []),
        ({"float_layers": float_layers("conv_0")}, ["keep-float"]),
        ({"float_layers": float_layers()}, []),
        ({"float_layers": float_layers("conv_0", expected=0.97)}, []),
        ({"float_layers": float_layers("conv_0"), "labels": SMALL}, []),
        ({"float_output": float_output(0.99)}, ["float-output"]),
        ({"float_output": float_output(0.981)}, []),
        ({"float_output": float_output(0.99), "labels": SMALL}, []),
        ({"shares": ErrorShares(spread().by_layer, 0.5)}, ["best-effort"]),
        ({"shares": ErrorShares(spread().by_layer, 0.5), "effort": "best"}, []),
        ({"others": (other("tflite-fp16", 0.999),)}, ["other-format"]),
        ({"others": (other("tflite-dynamic", 0.97),)}, []),
        ({"others": (OtherFormat("tflite-fp16", None, "refused"),)}, []),
        ({"others": (other("tflite-fp16", 0.999),), "labels": SMALL}, []),
    ],
)
def test_remedies_are_suggested_where_they_can_help(changes, expected):
    assert names(**changes) == expected


def test_cheap_remedies_come_before_dear_ones():
    found = names(
        calibration=Calibration(30, 900),
        float_layers=float_layers("conv_0"),
        shares=ErrorShares(spread().by_layer, 0.5),
        others=(other("tflite-fp16", 0.999),),
    )
    assert found == ["more-images", "keep-float", "best-effort", "other-format"]


def test_balanced_is_not_suggested_again_where_convert_found_the_baseline_nearer():
    assert names(effort="baseline", own=OwnFile("baseline", "balanced", NEARER_BASELINE)) == ["best-effort"]
    assert names(effort="baseline", own=OwnFile("baseline", "fast", NEARER_BASELINE)) == ["raise-effort"]


def test_an_own_file_that_is_better_already_is_what_to_keep():
    found = suggestion("raise-effort", effort="baseline", own=OwnFile("balanced", "balanced", agreement=0.995))
    assert found.advice.startswith("keep the run's own model_int8.tflite")
    assert "99.5%" in found.expected_gain
    assert found.command == "edgewright evaluate runs/flowers --format tflite-int8"


def test_gain_and_cost_of_float_layers_are_those_measured():
    found = suggestion("keep-float", float_layers=float_layers("conv_0", "conv_1", expected=0.992))
    assert "98.0% to 99.2%" in found.expected_gain
    assert found.cost == "size x1.02, latency x1.10 on this machine"
    assert found.command.endswith("--keep-float 2")


def test_gain_of_float_output_is_told_with_what_the_outputs_levels_cost():
    found = suggestion("float-output", float_output=float_output(0.992, before=0.978))
    assert "97.8% to 99.2%" in found.expected_gain
    assert found.command.endswith("--float-output")


def test_formats_are_named_from_the_nearest_on():
    found = suggestion("other-format", others=(other("tflite-dynamic", 0.985), other("tflite-fp16", 1.0)))
    assert found.advice == "ship tflite-fp16 or tflite-dynamic instead"
    assert "tflite-fp16 100.0%; tflite-dynamic 98.5%" in found.expected_gain


def test_images_are_drawn_where_there_are_more_and_asked_for_where_there_are_not():
    assert "--representative-size 120" in suggestion("more-images", calibration=Calibration(30, 120)).command
    scarce = suggestion("more-images", calibration=Calibration(30, 30))
    assert scarce.command == ""
    assert "has 30 images" in scarce.advice
    darker = suggestion("more-images", calibration=Calibration(100, 900, ("its images are darker",)))
    assert (darker.command, "its images are darker" in darker.advice) == ("", True)


def test_commands_keep_the_options_of_the_runs_file_and_can_be_typed():
    options = ConvertOptions(
        calibrate=Path("her photos"), seed=3, representative_size=60, model_name="Tim's net", integer_only=True
    )
    found = suggestion("raise-effort", run=Path("my runs/one"), effort="baseline", own=None, options=options)
    program, name, *words = shlex.split(found.command)
    assert (program, name) == ("edgewright", "convert")
    typed = parser_of(name, Command("", "", add_arguments, lambda _: 0)).parsed(words)
    assert (typed.source, typed.to, typed.int8_effort) == (Path("my runs/one"), "tflite-int8", "balanced")
    assert (typed.calibrate, typed.seed, typed.representative_size) == (Path("her photos"), 3, 60)
    assert (typed.model_name, typed.integer_only) == ("Tim's net", True)
    float_output = suggestion("raise-effort", effort="baseline", own=None, options=ConvertOptions(float_output=True))
    assert float_output.command.endswith(" --float-output")


def test_what_is_not_the_runs_file_is_made_before_it_is_evaluated():
    assert evaluate_command(findings()) == "edgewright evaluate runs/flowers --format tflite-int8"
    assert evaluate_command(findings(own=None)).startswith("edgewright convert runs/flowers --to tflite-int8 && ")
