import contextlib
import ctypes
import ctypes.util
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgewright_runtime.atomic import atomic_path, make_folder, write_bytes, write_text
from edgewright_runtime.errors import EdgewrightError


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_holds_what_was_written(tmp_path):
    write_text(tmp_path / "new" / "folder" / "a.txt", "Blüte\n")

    assert (tmp_path / "new" / "folder" / "a.txt").read_bytes() == "Blüte\n".encode()


def test_file_gets_the_permissions_of_an_ordinary_one(tmp_path):
    (tmp_path / "ordinary").write_bytes(b"")
    write_bytes(tmp_path / "atomic", b"")

    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_error_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")

    def write_half() -> None:
        with atomic_path(path) as temporary:
            temporary.write_bytes(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()

    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["model.keras"]


def test_temporary_path_has_the_targets_suffix_for_libraries_that_look_at_it(tmp_path):
    with atomic_path(tmp_path / "model.weights.h5") as temporary:
        assert temporary.name == "model.weights.h5"
        temporary.touch()


def test_folder_is_replaced_whole(tmp_path):
    target = tmp_path / "saved_model"
    for number in range(2):
        with atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / f"file{number}").write_text(str(number))

    assert names_in(target) == ["file1"]
    assert names_in(tmp_path) == ["saved_model"]


def test_folder_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "labels.txt").mkdir()

    with pytest.raises(EdgewrightError, match=r"Cannot write .*labels\.txt: it is a folder"):
        write_text(tmp_path / "labels.txt", "cat\n")


def test_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "run").touch()

    with pytest.raises(EdgewrightError, match="Cannot write"):
        write_text(tmp_path / "run" / "labels.txt", "cat\n")
    with pytest.raises(EdgewrightError, match="Cannot write"):
        make_folder(tmp_path / "run" / "tflite")


def test_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with contextlib.suppress(OSError):
            (tmp_path / "probe").touch()
            (tmp_path / "probe").unlink()
            pytest.skip("this user writes to read-only folders (root does)")
        with pytest.raises(EdgewrightError, match=r"Cannot write .*a\.txt: permission is denied"):
            write_text(tmp_path / "a.txt", "a")
    finally:
        tmp_path.chmod(0o700)


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 64 KiB."""
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    folder = tmp_path / "disk"
    folder.mkdir()
    if not hasattr(libc, "mount") or libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"size=64k") != 0:
        pytest.skip(f"mounting a file system is not permitted here: {os.strerror(ctypes.get_errno())}")
    yield folder
    libc.umount(os.fsencode(folder))


def test_full_disk_leaves_the_old_file(tiny_disk):
    write_bytes(tiny_disk / "model.tflite", b"old")

    with pytest.raises(EdgewrightError, match=r"Cannot write .*model\.tflite: the disk is full"):
        write_bytes(tiny_disk / "model.tflite", bytes(1 << 20))

    assert (tiny_disk / "model.tflite").read_bytes() == b"old"
    assert names_in(tiny_disk) == ["model.tflite"]


def test_file_over_the_size_limit_leaves_the_old_file(tmp_path):
    # The nearest thing to a full disk that needs no permission: the write fails half way through.
    path = tmp_path / "model.tflite"
    path.write_bytes(b"old")
    script = (
        "import pathlib, resource, signal, sys\n"
        "from edgewright_runtime.atomic import write_bytes\n"
        "from edgewright_runtime.errors import EdgewrightError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    write_bytes(pathlib.Path(sys.argv[1]), bytes(1 << 20))\n"
        "except EdgewrightError as error:\n"
        "    print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)

    assert "model.tflite: the file grew over the size limit" in done.stdout
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["model.tflite"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


@pytest.mark.parametrize("moment", ["while it is written", "before it is renamed"])
def test_killed_process_leaves_the_old_file(tmp_path, moment):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"old")
    script = (
        "import pathlib, sys, time\n"
        "from edgewright_runtime.atomic import atomic_path\n"
        "with atomic_path(pathlib.Path(sys.argv[1])) as temporary:\n"
        "    with temporary.open('wb') as file:\n"
        "        file.write(b'half')\n"
        "        file.flush()\n"
        "        if sys.argv[2] == 'while it is written':\n"
        "            print('now', flush=True); time.sleep(60)\n"
        "    print('now', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, path, moment], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "now\n"
        process.send_signal(signal.SIGKILL)

    assert process.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_reader_sees_a_whole_file_at_every_moment(tmp_path):
    path = tmp_path / "a.json"
    write_bytes(path, b"0" * 100_000)
    script = (
        "import pathlib, sys\n"
        "from edgewright_runtime.atomic import write_bytes\n"
        "for number in range(60):\n"
        "    write_bytes(pathlib.Path(sys.argv[1]), str(number % 10).encode() * 100_000)\n"
    )
    seen = set()
    with subprocess.Popen([sys.executable, "-c", script, path]) as process:
        while process.poll() is None:
            content = path.read_bytes()
            assert len(content) == 100_000
            assert len(set(content)) == 1
            seen.add(content[0])
            time.sleep(0.001)

    assert process.returncode == 0
    assert len(seen) > 1
