"""A run folder that a test may change."""

from __future__ import annotations

import shutil

import pytest

from edgewright_runtime.run.run_folder import RunFolder


@pytest.fixture
def editable_run(tmp_path, float_run):
    path = tmp_path / "run"
    shutil.copytree(float_run, path)
    return RunFolder(path)
