"""Where CUDA's driver library is missing or too old, there are no graphs, and that is an error of CUDA's."""

import ctypes.util

import pytest

from edgewright_runtime.backends.nvidia.driver import CudaError
from edgewright_runtime.backends.nvidia.graph import CudaGraphs


def test_missing_library_is_told():
    with pytest.raises(CudaError, match=r"not to be had here \(.*libno_such_cuda"):
        CudaGraphs("libno_such_cuda.so.1")


def test_library_without_the_functions_is_told():
    mathematics = ctypes.util.find_library("m")
    if mathematics is None:
        pytest.skip("no C library of mathematics found here")
    with pytest.raises(CudaError, match="cuStreamBeginCapture_v2"):
        CudaGraphs(mathematics)
