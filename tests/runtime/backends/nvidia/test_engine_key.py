"""The key beside an engine is read as it was written, and refuses machines that it was not built for."""

import dataclasses
import json
import re

import pytest

from edgewright_runtime.backends.nvidia.engine_key import EngineKey, Gpu, check_gpu, key_bytes, read_key
from edgewright_runtime.errors import EdgewrightError

ENGINE = "tensorrt/model_fp16.rtx.engine"
AGAIN = r"edgewright convert \S+ --to tensorrt-rtx-fp16"


def key_of(library, *devices):
    return EngineKey("0" * 64, library, "1.7", devices, (1, 1, 8), ())


@pytest.mark.parametrize(
    ("key", "gpu"),
    [
        (key_of("tensorrt-rtx", "8.6", "7.5"), Gpu("Tesla T4", "7.5")),
        (key_of("tensorrt", "Orin (8.7)"), Gpu("Orin", "8.7")),
    ],
)
def test_engine_fits_the_gpu_that_it_was_built_for(key, gpu, tmp_path):
    check_gpu(tmp_path / ENGINE, key, gpu)


def test_engine_for_another_generation_says_how_to_build_for_this_one(tmp_path):
    sentence = rf"compute capability 8\.6, 7\.5, but the GPU here is L4 \(8\.9\); .*{AGAIN} --compute-capability 8\.9"
    with pytest.raises(EdgewrightError, match=sentence):
        check_gpu(tmp_path / ENGINE, key_of("tensorrt-rtx", "8.6", "7.5"), Gpu("L4", "8.9"))


def test_engine_built_on_another_board_is_refused_though_the_generation_is_the_same(tmp_path):
    with pytest.raises(
        EdgewrightError, match=re.escape("built for NVIDIA A10 (8.6), but the GPU here is RTX 3060 (8.6)")
    ):
        check_gpu(tmp_path / "model_fp16.engine", key_of("tensorrt", "NVIDIA A10 (8.6)"), Gpu("RTX 3060", "8.6"))


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("batch", [1, 2], "a list of three whole numbers"),
        ("batch", [1, "2", 3], "a list of three whole numbers"),
        ("devices", "8.6", "a list of texts"),
        ("flags", [1], "a list of texts"),
        ("workspace_mb", "x", "a whole number or null"),
        ("library", 3, "a text"),
    ],
)
def test_malformed_key_is_refused_by_its_field(field, value, expected, tmp_path):
    content = json.loads(key_bytes(key_of("tensorrt", "x"), "0" * 64))
    (tmp_path / "a.engine.json").write_text(json.dumps({**content, field: value}))
    with pytest.raises(EdgewrightError, match=re.escape(f"{field} must be {expected}, not {value!r}; build")):
        read_key(tmp_path / "a.engine")


def test_key_is_read_as_it_was_written(tmp_path):
    key = dataclasses.replace(key_of("tensorrt", "Orin (8.7)"), workspace_mb=512)
    (tmp_path / "a.engine.json").write_bytes(key_bytes(key, "f" * 64))
    assert read_key(tmp_path / "a.engine") == (key, "f" * 64)
