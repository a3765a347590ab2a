import json
import re

import pytest

from edgewright_convert.options import BatchProfile, ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_runtime.backends.nvidia.engine_key import read_key
from edgewright_runtime.console import StatusLine
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.run_folder import RunFolder

rtx = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed (pip install 'edgewright[rtx]')")


def test_engine_comes_with_its_key(run_copy):
    run = RunFolder(run_copy)
    (outcome,) = convert_run(run, ["tensorrt-rtx-int8"], ConvertOptions(batch=BatchProfile(1, 2, 4)))
    assert outcome.error is None
    key, engine_sha256 = read_key(outcome.path)
    assert engine_sha256 == sha256_of_file(outcome.path)
    assert key.onnx_sha256 == sha256_of_file(run.file_of("onnx-int8"))
    assert (key.library, key.devices, key.batch) == ("tensorrt-rtx", ("8.6", "7.5"), (1, 2, 4))
    listed = read_manifest(run_copy).artefacts
    assert {"tensorrt/model_int8.rtx.engine", "tensorrt/model_int8.rtx.engine.json"} <= listed.keys()


@pytest.mark.parametrize(
    ("format_name", "capability", "unlisted"),
    [
        ("tensorrt-rtx-fp16", "8.0", "does not list 8.0: a check of the ONNX file, and no claim about speed"),
        ("tensorrt-rtx-int8", "8.6", "does not list INT8 activations: a check of the ONNX file, and no claim"),
        ("tensorrt-rtx-fp16", "8.6", None),
    ],
)
def test_engine_that_nvidia_does_not_list_is_no_claim(format_name, capability, unlisted, run_copy):
    options = ConvertOptions(compute_capabilities=(capability,))
    (outcome,) = convert_run(RunFolder(run_copy), [format_name], options)
    assert outcome.error is None
    told = " ".join(outcome.notes)
    assert (unlisted in told) if unlisted is not None else ("support matrix" not in told)


def test_second_build_with_the_same_key_keeps_the_engine_and_says_so(run_copy):
    run = RunFolder(run_copy)
    path, options = run.file_of("tensorrt-rtx-fp16"), ConvertOptions()
    (first,) = convert_run(run, ["tensorrt-rtx-fp16"], options)
    made = path.read_bytes()
    (second,) = convert_run(run, ["tensorrt-rtx-fp16"], options)
    assert not any("not built again" in note for note in first.notes)
    assert any("not built again, as its key is the same" in note for note in second.notes)
    assert path.read_bytes() == made
    assert read_manifest(run_copy).artefacts["tensorrt/model_fp16.rtx.engine"].sha256 == sha256_of_file(path)


@pytest.mark.parametrize(
    "options",
    [
        ConvertOptions(batch=BatchProfile(1, 2, 4)),
        ConvertOptions(compute_capabilities=("8.9",)),
        ConvertOptions(workspace_mb=512),
    ],
)
def test_other_options_build_the_engine_anew(options, run_copy):
    run = RunFolder(run_copy)
    (before,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    old, _ = read_key(before.path)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], options)
    new, _ = read_key(outcome.path)
    assert outcome.error is None
    assert old != new
    assert not any("not built again" in note for note in outcome.notes)


def test_engine_changed_by_hand_is_built_anew(run_copy):
    run = RunFolder(run_copy)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    data = bytearray(outcome.path.read_bytes())
    data[len(data) // 2] ^= 1
    outcome.path.write_bytes(data)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    assert not any("not built again" in note for note in outcome.notes)
    assert read_key(outcome.path)[1] == sha256_of_file(outcome.path)


def test_builder_tells_how_far_it_is(run_copy):
    told = []
    (outcome,) = convert_run(
        RunFolder(run_copy), ["tensorrt-rtx-fp16"], ConvertOptions(), progress=StatusLine(told.append, told.append)
    )
    assert outcome.error is None
    assert any(re.fullmatch(r"Building engine \d+ %: .+", text) for text in told)


@pytest.mark.gpu
def test_board_builds_keeps_and_times_its_engine(run_copy):
    pytest.importorskip("tensorrt", reason="tensorrt is not installed here")
    run = RunFolder(run_copy)
    (first,) = convert_run(run, ["tensorrt-fp16"], ConvertOptions())
    (second,) = convert_run(run, ["tensorrt-fp16"], ConvertOptions())
    assert (first.error, second.error) == (None, None)
    assert first.path.with_name(first.path.name + ".timing").stat().st_size > 0
    assert any("not built again" in note for note in second.notes)


def test_engine_of_another_schema_is_refused(tmp_path):
    (tmp_path / "a.engine.json").write_text(json.dumps({"schema_version": 9}))
    with pytest.raises(EdgewrightError, match="schema version"):
        read_key(tmp_path / "a.engine")


def test_unknown_compute_capability_is_refused_with_the_known_ones(run_copy):
    (outcome,) = convert_run(RunFolder(run_copy), ["tensorrt-rtx-fp16"], ConvertOptions(compute_capabilities=("9.9",)))
    assert "7.5, 8.0, 8.6" in str(outcome.error)
    assert "'9.9'" in str(outcome.error)
