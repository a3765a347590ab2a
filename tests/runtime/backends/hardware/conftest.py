"""A delegate that is built here, where there is a C compiler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def softmax_delegate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build a delegate with")
    library = tmp_path_factory.mktemp("delegate") / "libsoftmax_delegate.so"
    source = Path(__file__).with_name("softmax_delegate.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-lm"], check=True)
    return library
