"""Without a GPU the sentence says what is missing; with one, which it is."""

import re

import pytest

from edgewright_runtime.backends.nvidia.cuda import cuda_driver, first_gpu, why_no_gpu
from edgewright_runtime.backends.nvidia.cuda_python_driver import PACKAGES
from edgewright_runtime.errors import MissingDependencyError
from edgewright_runtime.optional_imports import is_absent


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_why_no_gpu_names_the_package_or_the_driver():
    why = str(why_no_gpu())
    assert why.startswith("Running a TensorRT engine needs")
    if all(map(is_absent, ("pycuda", *PACKAGES))):
        assert "needs pycuda, which is not installed" in why
        assert "pip install cuda-python" in why
    else:
        assert "needs an NVIDIA GPU" in why


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_driver_that_cannot_start_is_a_missing_dependency_with_the_callers_purpose():
    with pytest.raises(MissingDependencyError, match=r"^Timing an engine needs"):
        cuda_driver(extra="rtx", purpose="Timing an engine")


@pytest.mark.gpu
def test_first_gpu_has_a_name_and_a_compute_capability():
    gpu = first_gpu(cuda_driver(extra="tensorrt", purpose="This test"))
    assert gpu.name
    assert re.fullmatch(r"\d+\.\d", gpu.compute_capability)
