"""The NVIDIA GPU of this machine, through pycuda, or through cuda-python where pycuda is not installed."""

from __future__ import annotations

from ...errors import MissingDependencyError
from ...optional_imports import is_absent
from .cuda_python_driver import PACKAGES, cuda_python_driver
from .driver import CudaDriver
from .engine_key import Gpu
from .pycuda_driver import pycuda_driver


def cuda_driver(*, extra: str, purpose: str) -> CudaDriver:
    """CUDA's driver, initialised.

    Args:
        extra: the extra of edgewright that installs it for this purpose.
        purpose: what it is needed for, as the start of a sentence.

    Raises:
        MissingDependencyError: neither pycuda nor cuda-python is installed, or there is no NVIDIA GPU here.
    """
    if not is_absent("pycuda"):
        return pycuda_driver(extra=extra, purpose=purpose)
    if not all(map(is_absent, PACKAGES)):
        return cuda_python_driver(extra=extra, purpose=purpose)
    raise MissingDependencyError(
        f"{purpose} needs pycuda, which is not installed; run: pip install 'edgewright[{extra}]' (where it cannot be "
        f"built: pip install cuda-python)"
    )


def first_gpu(driver: CudaDriver) -> Gpu:
    """The GPU that everything here runs on; CUDA_VISIBLE_DEVICES chooses among several."""
    return driver.gpu()


def why_no_gpu() -> str | None:
    """One sentence that says why nothing runs on a GPU here; None where it does."""
    try:
        cuda_driver(extra="tensorrt", purpose="Running a TensorRT engine")
    except MissingDependencyError as error:
        return str(error)
    return None
