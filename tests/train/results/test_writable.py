"""Whether a run folder can be written is known before anything is done, and asking leaves no trace."""

import os
from pathlib import Path

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.results import check_writable


@pytest.mark.parametrize("name", ["run", "deep/down/run", "."])
def test_folder_that_can_be_written_is_free_and_not_made(tmp_path, name):
    check_writable(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_folder_relative_to_the_working_one_is_looked_for_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_writable(Path("runs/new"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/run"])
def test_file_in_the_way_is_refused(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with pytest.raises(EdgewrightError, match=f"Cannot write {tmp_path / name}"):
        check_writable(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_the_right_to_write_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(EdgewrightError, match="Permission denied"):
            check_writable(tmp_path / "run")
    finally:
        tmp_path.chmod(0o700)
