import pytest

from edgewright_convert.targets import DEFAULT_FORMATS, TARGETS, check_packages, make_of, target_named
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.formats import FORMATS, REFERENCE_FORMATS
from edgewright_runtime.optional_imports import is_absent


def test_every_format_but_the_float_models_has_one_target():
    assert sorted(row.format for row in TARGETS) == sorted(
        row.name for row in FORMATS if row.name not in REFERENCE_FORMATS
    )


@pytest.mark.parametrize("row", TARGETS, ids=lambda row: row.format)
def test_every_target_names_a_function_that_exists(row):
    assert callable(make_of(row))


def test_the_default_formats_need_no_gpu():
    assert all("tensorrt" not in name for name in DEFAULT_FORMATS)


def test_unknown_format_is_refused_with_the_nearest_name():
    with pytest.raises(EdgewrightError, match="did you mean 'tflite-int8'"):
        target_named("tflite-int9")


def test_float_model_is_no_target():
    with pytest.raises(EdgewrightError, match="what the others are made from"):
        target_named("keras")


@pytest.mark.skipif(not is_absent("tensorrt"), reason="tensorrt is installed here")
def test_full_tensorrt_says_that_it_is_built_on_the_board():
    with pytest.raises(MissingDependencyError, match=r"(?s)edgewright\[tensorrt\].*convert RUN --to tensorrt-int8"):
        check_packages(target_named("tensorrt-int8"))
