"""The benchmarks use the tests' run folders."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1] / "tests" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("edgewright_tests_conftest", _TESTS)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

digit_images = _MODULE.digit_images
float_run = _MODULE.float_run
