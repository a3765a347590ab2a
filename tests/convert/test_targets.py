import inspect
from dataclasses import replace

import pytest

from edgewright_convert.run_inputs import GIVEN, INPUTS, OF_THE_ROW, function_named, opened_run
from edgewright_convert.targets import DEFAULT_FORMATS, TARGETS, maker_here, target_named
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.optional_imports import is_absent
from edgewright_runtime.run.formats import FORMATS, REFERENCE_FORMATS
from edgewright_runtime.run.run_folder import RunFolder


def test_every_format_but_the_float_models_has_one_target():
    assert sorted(row.format for row in TARGETS) == sorted(
        row.name for row in FORMATS if row.name not in REFERENCE_FORMATS
    )


MAKERS = [maker for row in TARGETS for maker in row.makers]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.function)
def test_maker_takes_exactly_the_inputs_that_its_row_names(maker):
    assert set(inspect.signature(function_named(maker.function)).parameters) == set(maker.inputs)


@pytest.mark.parametrize("row", INPUTS, ids=lambda row: row.name)
def test_input_is_made_from_exactly_what_its_row_names(row):
    assert set(inspect.signature(function_named(row.make)).parameters) == set(row.inputs)


def test_inputs_are_made_from_what_stands_above_them():
    known = [*GIVEN]
    for row in INPUTS:
        assert set(row.inputs) <= set(known)
        known.append(row.name)
    assert {name for maker in MAKERS for name in maker.inputs} <= {*known, *OF_THE_ROW}


def test_int8_onnx_has_another_maker_where_the_run_came_without_its_float_model(float_run):
    run, row = opened_run(RunFolder(float_run)), target_named("onnx-int8")
    assert maker_here(row, run).maker.needs_float_model
    chosen = maker_here(row, replace(run, reference=None))
    assert not chosen.maker.needs_float_model
    assert chosen.why_not_first == "the run came without its float model"


def test_the_default_formats_need_no_gpu():
    assert all("tensorrt" not in name for name in DEFAULT_FORMATS)


def test_unknown_format_is_refused_with_the_nearest_name():
    with pytest.raises(EdgewrightError, match="did you mean 'tflite-int8'"):
        target_named("tflite-int9")


def test_float_model_is_no_target():
    with pytest.raises(EdgewrightError, match="what the others are made from"):
        target_named("keras")


@pytest.mark.skipif(not is_absent("tensorrt"), reason="tensorrt is installed here")
def test_full_tensorrt_says_that_it_is_built_on_the_board(float_run):
    with pytest.raises(MissingDependencyError, match=r"(?s)edgewright\[tensorrt\].*convert RUN --to tensorrt-int8"):
        maker_here(target_named("tensorrt-int8"), opened_run(RunFolder(float_run)))
