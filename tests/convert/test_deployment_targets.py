"""Every board reads what is made for it, and refuses by name what it cannot read."""

import json
import shutil
from functools import partial

import numpy as np
import pytest

from edgewright_convert.command import COMMAND
from edgewright_convert.deployment_targets import (
    DEPLOYMENT_TARGETS,
    check_builds,
    check_readable,
    check_readable_by_version,
    deployment_targets,
    formats_for,
    highest_opset,
)
from edgewright_convert.opset import opset_of
from edgewright_convert.options import DEFAULT_OPSET, OLDEST_OPSET, ConvertOptions
from edgewright_convert.pipeline import convert, convert_run
from edgewright_convert.targets import TARGETS
from edgewright_runtime import Classifier
from edgewright_runtime.backends.nvidia.engine_key import Gpu
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.optional_imports import is_absent
from edgewright_runtime.run.formats import ENGINE_TARGETS
from edgewright_runtime.run.run_folder import RunFolder

from ..typed import typed

onnx = pytest.importorskip("onnx")

pytestmark = pytest.mark.numeric

ONNX = ("onnx-fp32", "onnx-fp16", "onnx-int8", "onnx-int8-cpu")


def opsets(run, names=ONNX):
    return {name: opset_of(run.file_of(name).read_bytes()) for name in names if run.file_of(name).exists()}


def with_opset(path, opset):
    """The same graph under another number."""
    model = onnx.load(path)
    model.opset_import[0].version = opset
    onnx.save(model, path)


@pytest.mark.parametrize(
    ("version", "opset"),
    [("8.2.1", 13), ("8.4.1", 17), ("8.6.1", 17), ("9.0.1", 19), ("10.3.0", 20), ("10.15.1", 24), ("11.4.1", 25)],
)
def test_each_tensorrt_has_its_highest_opset(version, opset):
    assert highest_opset(version) == opset


@pytest.mark.parametrize("version", ["7.2.3", "unknown"])
def test_of_older_ones_nothing_is_known(version):
    with pytest.raises(EdgewrightError, match=f"Nothing is known of what TensorRT {version} reads"):
        highest_opset(version)


def test_rows_name_formats_that_are_made_and_opsets_that_can_be_written():
    made = {row.format for row in TARGETS}
    for row in DEPLOYMENT_TARGETS:
        assert {*row.formats, *row.there} <= made
        assert min(row.opset, DEFAULT_OPSET) >= OLDEST_OPSET
        if row.library.startswith("TensorRT "):
            assert row.opset == highest_opset(row.library.removeprefix("TensorRT "))


def test_names_are_separated_by_commas_and_a_wrong_one_is_told_with_the_nearest():
    assert [row.name for row in deployment_targets("rtx, t4,rtx")] == ["rtx", "t4"]
    assert [row.name for row in deployment_targets("jetpack6,jetson-jetpack6")] == ["jetson-jetpack6"]
    with pytest.raises(EdgewrightError, match="did you mean 'jetson-jetpack5'"):
        deployment_targets("jetson-jetpak5")
    with pytest.raises(EdgewrightError, match="names no target; choose from jetson-jetpack4"):
        deployment_targets(" ,")


def test_file_that_a_target_cannot_read_is_refused_with_its_name(run_copy):
    path = RunFolder(run_copy).file_of("onnx-fp32")
    with_opset(path, 21)
    check_readable(path.read_bytes(), [], name="a.onnx")
    with pytest.raises(
        EdgewrightError, match=r"jetson-jetpack5 \(TensorRT 8\.5\) reads ONNX up to opset 17, and a\.on"
    ):
        check_readable(path.read_bytes(), ["jetson-jetpack5", "t4"], name="a.onnx")
    with pytest.raises(EdgewrightError, match=r"TensorRT 8\.2\.1 reads ONNX up to opset 13, .* --for jetson-jetpack4"):
        check_readable_by_version(path.read_bytes(), "8.2.1")
    check_readable_by_version(path.read_bytes(), "11.4.1")


def test_one_run_holds_files_for_the_oldest_and_the_newest_board(tmp_path, float_run, converted_run, digit_pixels):
    run = RunFolder(shutil.copytree(float_run, tmp_path / "run"))
    outcomes = convert_run(run, ONNX, ConvertOptions(targets=("jetson-jetpack4", "rtx"), int8_effort="fast"))
    assert [each.error for each in outcomes] == [None] * len(ONNX)
    assert opsets(run) == dict.fromkeys(ONNX, 13)
    for name in ONNX[:2]:  # INT8 was made with another effort there
        older, newer = (Classifier.open(each, format=name) for each in (run.path, converted_run))
        np.testing.assert_allclose(older.probabilities(digit_pixels), newer.probabilities(digit_pixels), atol=2e-3)


@pytest.mark.skipif(is_absent("tensorrt-rtx"), reason="tensorrt-rtx is not installed")
def test_nvidias_own_parser_takes_the_oldest_opset(run_copy):
    run = RunFolder(run_copy)
    options = ConvertOptions(targets=("jetson-jetpack4", "rtx"), compute_capabilities=("8.6",))
    outcomes = convert_run(run, ["tensorrt-rtx-fp16"], options)
    assert [(each.format, each.error) for each in outcomes][-1] == ("tensorrt-rtx-fp16", None)
    assert opsets(run, ["onnx-fp16"]) == {"onnx-fp16": 13}


def test_file_that_an_older_board_needs_is_not_replaced_by_a_newer_one(run_copy):
    run = RunFolder(run_copy)
    convert_run(run, ["onnx-fp16"], ConvertOptions(targets=("jetson-jetpack4",)))
    assert opsets(run, ["onnx-fp32", "onnx-fp16"]) == {"onnx-fp32": 13, "onnx-fp16": 13}
    (again,) = convert_run(run, ["onnx-fp32"], ConvertOptions(targets=("jetson-jetpack7",)))
    assert again.notes == ("opset 13, as earlier files here; delete those to raise it",)
    assert opsets(run, ["onnx-fp32"]) == {"onnx-fp32": 13}
    run.file_of("onnx-fp32").unlink()
    run.file_of("onnx-fp16").unlink()
    convert(run.path, ["onnx-fp32"])
    assert opsets(run, ["onnx-fp32"]) == {"onnx-fp32": DEFAULT_OPSET}


def test_imported_file_that_is_too_new_for_a_board_costs_what_is_made_from_it(run_copy):
    run = RunFolder(run_copy)
    for name in ("model.keras", "manifest.json"):
        (run.path / name).unlink()
    shutil.rmtree(run.path / "saved_model")
    with_opset(run.file_of("onnx-fp32"), 21)
    from edgewright_runtime.run.manifest import add_artefacts, describe

    path = run.file_of("onnx-fp32")
    entry = describe(path, stage="import", options={}, versions={})
    add_artefacts(run.path, {path.relative_to(run.path).as_posix(): entry})
    (outcome,) = convert_run(run, ["onnx-fp16"], ConvertOptions(targets=("jetson-jetpack5",)))
    assert "jetson-jetpack5 (TensorRT 8.5) reads ONNX up to opset 17, and" in str(outcome.error)


@pytest.mark.parametrize("opset", [12, 18])
def test_opset_that_is_never_written_is_refused(opset):
    with pytest.raises(EdgewrightError, match="opsets 13 to 17, not"):
        ConvertOptions(opset=opset)


def test_command_makes_what_the_boards_need_and_says_where_it_goes(run_copy):
    run_command = partial(typed, "convert", COMMAND)
    found = run_command(run_copy, "--for", "jetson-jetpack6,t4", "--if-needed")
    assert found.exit_code == 0
    files, engines = "onnx/model_fp16.onnx, onnx/model_int8.onnx", "tensorrt-fp16,tensorrt-int8"
    for name, library in {"jetson-jetpack6": "TensorRT 10.3", "t4": "TensorRT 10.0"}.items():
        there = f"there: edgewright convert run --for {name} --to {engines}"
        assert f"For {name} ({library}): {files}; {there}" in found.stdout
    rows = json.loads(run_command(run_copy, "--for", "t4", "--if-needed", "--json").stdout)
    assert [(row["format"], row["opset"]) for row in rows] == [("onnx-fp16", 17), ("onnx-int8", 17)]


def test_engines_have_a_file_for_each_board_and_other_files_one_for_all():
    targets = deployment_targets("jetson-jetpack6,t4,rtx")
    assert formats_for(["tensorrt-fp16", "onnx-fp16", "tensorrt-rtx-fp16"], targets) == (
        "tensorrt-fp16-jetson-jetpack6",
        "tensorrt-fp16-t4",
        "onnx-fp16",
        "tensorrt-rtx-fp16",
    )
    assert formats_for(["tensorrt-int8"], []) == ("tensorrt-int8",)
    assert {row.name for row in DEPLOYMENT_TARGETS if row.there} == set(ENGINE_TARGETS)


@pytest.mark.parametrize(
    ("name", "target", "says"),
    [
        (
            "tensorrt-fp16",
            "jetson-jetpack4",
            "no engine for jetson-jetpack4: TensorRT's own trtexec builds its engines",
        ),
        ("tensorrt-int8", "rtx", "tensorrt-int8 is no engine for rtx: leave --for out"),
        ("tensorrt-rtx-fp16", "jetson-jetpack6", "which TensorRT-RTX does not run on; leave --for out"),
    ],
)
def test_engine_that_none_of_the_boards_runs_is_refused(name, target, says):
    with pytest.raises(EdgewrightError, match=says):
        formats_for([name], deployment_targets(target))


@pytest.mark.parametrize(
    ("name", "gpu", "version", "says"),
    [
        ("jetson-jetpack6", Gpu("Orin", "8.7"), "10.3.0", None),
        ("jetson-jetpack7", Gpu("NVIDIA Thor", "11.0"), "11.4.1", None),
        ("t4", Gpu("Tesla T4", "7.5"), "8.6.1", None),
        (
            "t4",
            Gpu("NVIDIA A10", "8.6"),
            "10.3.0",
            r"for t4 is built on one: .* 7\.5; the GPU here is NVIDIA A10 \(8\.6",
        ),
        (
            "jetson-jetpack5",
            Gpu("Orin", "8.7"),
            "10.3.0",
            r"jetson-jetpack5 is built with its TensorRT \(8\), and 10\.3\.0",
        ),
    ],
)
def test_engine_for_a_board_is_built_on_such_a_one(name, gpu, version, says):
    if says is None:
        check_builds(name, gpu, version)
        return
    with pytest.raises(EdgewrightError, match=says):
        check_builds(name, gpu, version)


@pytest.mark.skipif(not is_absent("tensorrt"), reason="tensorrt is installed here")
def test_engines_that_cannot_be_built_here_say_for_which_board(run_copy):
    found = typed("convert", COMMAND, run_copy, "--for", "jetson-jetpack5,t4", "--to", "tensorrt-fp16", "--if-needed")
    assert found.exit_code == 3
    for name in ("jetson-jetpack5", "t4"):
        assert f"edgewright convert RUN --to tensorrt-fp16-{name}" in found.stderr


@pytest.fixture
def digit_pixels(converted_run):
    return np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
