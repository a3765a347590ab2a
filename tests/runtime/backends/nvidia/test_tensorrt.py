"""Engines are refused or run: real engines, built ahead of time by tensorrt-rtx, which need no GPU until they run."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from edgewright_runtime.backends.nvidia.cuda import why_no_gpu
from edgewright_runtime.backends.nvidia.engine_key import key_bytes, key_path, read_key
from edgewright_runtime.backends.nvidia.tensorrt import checked_engine, in_profile, load, why_not_here
from edgewright_runtime.backends.table import backend_for
from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import CheckFailedError, EdgewrightError, MissingDependencyError, OtherMachineError
from edgewright_runtime.evaluation.selection import chosen_formats
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.optional_imports import is_absent
from edgewright_runtime.run.formats import FORMATS
from edgewright_runtime.run.manifest import add_artefacts, describe
from edgewright_runtime.run.run_folder import RunFolder

ENGINE = "tensorrt/model_fp16.rtx.engine"
AGAIN = r"edgewright convert \S+ --to tensorrt-rtx-fp16"


@pytest.fixture
def engine_run(run_copy):
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed (pip install 'edgewright[rtx]')")
    from edgewright_convert.options import ConvertOptions
    from edgewright_convert.pipeline import convert_run

    (outcome,) = convert_run(RunFolder(run_copy), ["tensorrt-rtx-fp16"], ConvertOptions())
    assert outcome.error is None
    return run_copy


@pytest.fixture
def engine(engine_run):
    return engine_run / ENGINE


def rewrite_key(engine, **changes):
    """Another key, in the manifest as well: as if it had been built so."""
    key, sha256 = read_key(engine)
    path = key_path(engine)
    path.write_bytes(key_bytes(dataclasses.replace(key, **changes), sha256))
    name = path.relative_to(engine.parents[1]).as_posix()
    add_artefacts(engine.parents[1], {name: describe(path, stage="convert", options={}, versions={})})


def test_both_kinds_of_engine_have_a_backend_by_their_names(tmp_path):
    for row in FORMATS:
        if row.path.endswith(".engine"):
            assert backend_for(tmp_path / row.path) == row.backend


def test_tampered_engine_is_refused_before_it_is_loaded(engine_run, engine):
    data = bytearray(engine.read_bytes())
    data[len(data) // 2] ^= 1
    engine.write_bytes(data)
    with pytest.raises(CheckFailedError, match="SHA-256 differs"):
        Classifier.open(engine_run, format="tensorrt-rtx-fp16")
    with pytest.raises(CheckFailedError, match=f"(?s)is not the engine that .* describes.*{AGAIN}"):
        load(engine, threads=None)


def test_tampered_engine_is_refused_outside_a_run_folder_too(engine, tmp_path):
    moved = tmp_path / "elsewhere" / "a.engine"
    moved.parent.mkdir()
    moved.write_bytes(engine.read_bytes()[:-1] + b"\0")
    key_path(moved).write_bytes(key_path(engine).read_bytes())
    with pytest.raises(CheckFailedError, match=r"a\.engine\.json describes"):
        checked_engine(moved)


def test_forged_key_is_refused_by_the_manifest(engine):
    key, sha256 = read_key(engine)
    key_path(engine).write_bytes(key_bytes(dataclasses.replace(key, devices=("9.0",)), sha256))
    with pytest.raises(CheckFailedError, match="SHA-256 differs"):
        load(engine, threads=None)


def test_engine_without_its_key_is_refused_with_what_to_run(engine):
    key_path(engine).rename(engine.with_name("elsewhere"))
    with pytest.raises(CheckFailedError, match="is not there; convert or copy it again"):
        load(engine, threads=None)


def test_missing_key_outside_a_run_folder_is_one_sentence(tmp_path):
    (tmp_path / "a.engine").write_bytes(b"x")
    with pytest.raises(EdgewrightError, match=r"no key \(a\.engine\.json\) beside it.*build it again"):
        load(tmp_path / "a.engine", threads=None)


def test_engine_of_another_version_is_refused_with_both_versions(engine_run, engine):
    rewrite_key(engine, library_version="1.0.0.1")
    with pytest.raises(EdgewrightError, match=rf"built with tensorrt-rtx 1\.0\.0\.1 .* is installed here; .*{AGAIN}"):
        Classifier.open(engine_run, format="tensorrt-rtx-fp16")
    assert isinstance(why_not_here(engine), OtherMachineError)


@pytest.mark.skipif(not is_absent("tensorrt"), reason="tensorrt is installed here")
def test_engine_of_a_library_that_is_not_here_names_the_extra(engine):
    rewrite_key(engine, library="tensorrt")
    with pytest.raises(MissingDependencyError, match=r"needs tensorrt, which is not installed.*edgewright\[tensorrt\]"):
        load(engine, threads=None)


def test_unknown_library_is_refused(engine):
    rewrite_key(engine, library="mystery")
    with pytest.raises(EdgewrightError, match="names the library 'mystery'; an engine's is tensorrt or tensorrt-rtx"):
        load(engine, threads=None)


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_good_engine_on_a_machine_without_a_gpu_is_a_missing_dependency(engine_run):
    with pytest.raises(MissingDependencyError, match="Running a TensorRT engine needs"):
        Classifier.open(engine_run, format="tensorrt-rtx-fp16")


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_without_a_gpu_engines_are_not_measured_unless_asked_for(engine_run):
    run = RunFolder(engine_run)
    assert "tensorrt-rtx-fp16" not in chosen_formats(run, None, with_reference=False).formats
    assert chosen_formats(run, "tensorrt-rtx-fp16", with_reference=False).formats == ("tensorrt-rtx-fp16",)


@pytest.mark.parametrize(("count", "least", "greatest"), [(1, 1, 8), (8, 1, 8), (17, 1, 8), (3, 2, 2), (5, 4, 4)])
def test_images_go_in_batches_that_the_profile_takes(count, least, greatest):
    parts = in_profile(count, least=least, greatest=greatest)
    assert [index for part in parts for index in range(count)[part]] == list(range(count))
    assert all(len(range(count)[part]) <= greatest for part in parts)
    assert all(len(range(count)[part]) == greatest for part in parts[:-1])


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_engine_answers_like_the_onnx_file_it_was_built_from(precision, run_copy, test_images):
    from edgewright_convert.options import BatchProfile, ConvertOptions
    from edgewright_convert.pipeline import convert_run
    from edgewright_runtime.backends.nvidia.cuda import cuda_driver, first_gpu

    gpu = first_gpu(cuda_driver(extra="rtx-run", purpose="This test"))
    options = ConvertOptions(compute_capabilities=(gpu.compute_capability,), batch=BatchProfile(2, 4, 8))
    (outcome,) = convert_run(RunFolder(run_copy), [f"tensorrt-rtx-{precision}"], options)
    assert outcome.error is None
    reference = Classifier.open(run_copy, format=f"onnx-{precision}").probabilities(test_images)
    classifier = Classifier.open(run_copy, format=f"tensorrt-rtx-{precision}")
    for count in (1, 2, 8, 11):
        answers = classifier.probabilities(test_images[:count])
        assert answers.shape == (count, 10)
        assert np.abs(answers - reference[:count]).max() < (0.02 if precision == "fp16" else 0.1)


@pytest.fixture
def on_this_gpu(run_copy):
    """An engine for the GPU here, with batches from 1 to 8."""
    from edgewright_convert.options import BatchProfile, ConvertOptions
    from edgewright_convert.pipeline import convert_run
    from edgewright_runtime.backends.nvidia.cuda import cuda_driver, first_gpu

    gpu = first_gpu(cuda_driver(extra="rtx-run", purpose="This test"))
    options = ConvertOptions(compute_capabilities=(gpu.compute_capability,), batch=BatchProfile(1, 1, 8))
    (outcome,) = convert_run(RunFolder(run_copy), ["tensorrt-rtx-fp16"], options)
    assert outcome.error is None
    return Classifier.open(run_copy, format="tensorrt-rtx-fp16")


@pytest.mark.gpu
def test_recorded_runs_answer_like_the_first_whatever_batches_come_between(on_this_gpu, test_images):
    first = on_this_gpu.probabilities(test_images[:1])
    for count in (1, 1, 1, 8, 8, 8, 8, 1, 1, 1, 12):
        answers = on_this_gpu.probabilities(test_images[:count])
        np.testing.assert_allclose(answers[:1], first, atol=1e-3)
    assert on_this_gpu.backend.notes == ()


@pytest.mark.gpu
def test_eight_threads_run_one_engine_and_all_is_given_back(on_this_gpu, test_images):
    expected = np.concatenate([on_this_gpu.probabilities(image[np.newaxis]) for image in test_images])

    def worst(thread):
        found = [on_this_gpu.probabilities(image[np.newaxis])[0] for _ in range(100) for image in test_images]
        return max(np.abs(each - expected[index % len(expected)]).max() for index, each in enumerate(found))

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(worst, range(8))) < 1e-3
    on_this_gpu.backend.close()


@pytest.mark.gpu
def test_engine_that_is_no_engine_is_one_sentence(engine):
    engine.write_bytes(b"not an engine" * 100)
    key, _ = read_key(engine)
    key_path(engine).write_bytes(key_bytes(key, sha256_of_file(engine)))
    (engine.parents[1] / "manifest.json").unlink()
    with pytest.raises(EdgewrightError, match="is no engine that tensorrt-rtx"):
        load(engine, threads=None)


@pytest.fixture
def test_images(converted_run):
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_runtime.run.splits import read_splits, rows_of

    contract = Preprocessing.load(converted_run / "preprocessing.json")
    rows = rows_of(read_splits(converted_run / "splits.csv"), "test")
    return np.stack([contract.apply(row.path) for row in rows[:12]])
