"""The NVIDIA GPU of this machine, through pycuda."""

from __future__ import annotations

from typing import Any

from ...errors import MissingDependencyError
from ...optional_imports import import_optional
from .engine_key import Gpu


def cuda_driver(*, extra: str, purpose: str) -> Any:
    """The module pycuda.driver, initialised.

    Args:
        extra: the extra of edgewright that installs it for this purpose.
        purpose: what it is needed for, as the start of a sentence.

    Raises:
        MissingDependencyError: pycuda is not installed, or there is no NVIDIA GPU here.
    """
    driver = import_optional("pycuda.driver", package="pycuda", extra=extra, purpose=purpose)
    try:
        driver.init()
        count = driver.Device.count()
    except driver.Error as error:
        raise MissingDependencyError(f"{purpose} needs an NVIDIA GPU, and CUDA finds none here ({error})") from error
    if count == 0:
        raise MissingDependencyError(f"{purpose} needs an NVIDIA GPU, and CUDA finds none here")
    return driver


def first_gpu(driver: Any) -> Gpu:
    """The GPU that everything here runs on; CUDA_VISIBLE_DEVICES chooses among several."""
    device = driver.Device(0)
    major, minor = device.compute_capability()
    return Gpu(device.name(), f"{major}.{minor}")


def why_no_gpu() -> str | None:
    """One sentence that says why nothing runs on a GPU here; None where it does."""
    try:
        cuda_driver(extra="tensorrt", purpose="Running a TensorRT engine")
    except MissingDependencyError as error:
        return str(error)
    return None
