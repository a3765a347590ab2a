import pytest

from edgewright_runtime.errors import EXIT_MISSING_DEPENDENCY, MissingDependencyError
from edgewright_runtime.optional_imports import check_installed, import_optional, is_absent, missing, version_of


def import_it(module: str, package: str):
    return import_optional(module, package=package, extra="onnx", purpose="Running an ONNX model")


def test_installed_module_is_imported():
    assert import_it("json.decoder", "json").JSONDecoder


def test_absent_package_is_named_with_the_extra_that_brings_it():
    with pytest.raises(MissingDependencyError) as error:
        import_it("edgewright_no_such_module.session", "edgewright-no-such-module")

    assert str(error.value) == (
        "Running an ONNX model needs edgewright-no-such-module, which is not installed; "
        "run: pip install 'edgewright[onnx]'"
    )
    assert error.value.exit_status == EXIT_MISSING_DEPENDENCY


def test_absent_module_is_refused_and_a_present_one_is_not_imported_to_find_out(tmp_path, monkeypatch):
    (tmp_path / "module_that_must_not_run.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    check_installed("module_that_must_not_run", package="numpy", extra="onnx", purpose="Running it")

    with pytest.raises(MissingDependencyError, match=r"^Running it needs edgewright-no-such-module, which is not"):
        check_installed(
            "edgewright_no_such_module", package="edgewright-no-such-module", extra="onnx", purpose="Running it"
        )


def test_package_that_is_there_but_does_not_load_says_why(tmp_path, monkeypatch):
    (tmp_path / "broken_native_module.py").write_text(
        "raise ImportError('libfoo.so.1: cannot open shared object file')"
    )
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(MissingDependencyError, match=r"numpy, which does not import here \(libfoo\.so\.1"):
        import_it("broken_native_module", "numpy")


def test_package_that_lacks_something_it_needs_says_what():
    cause = ModuleNotFoundError("No module named 'flatbuffers'", name="flatbuffers")

    sentence = missing(package="ai-edge-litert", extra="pi", purpose="Running a TFLite model", cause=cause)

    assert "does not import here (No module named 'flatbuffers')" in sentence
    assert sentence.endswith("run: pip install 'edgewright[pi]'")


def test_other_errors_of_a_module_are_not_hidden(tmp_path, monkeypatch):
    (tmp_path / "module_with_a_bug.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ZeroDivisionError):
        import_it("module_with_a_bug", "numpy")


def test_version_is_that_of_the_installed_package():
    import numpy as np

    assert version_of("numpy") == np.__version__
    assert version_of("edgewright-no-such-package") is None
    assert not is_absent("numpy")
