import hashlib
import subprocess
import sys

import pytest

from edgewright_runtime import hashing
from edgewright_runtime.hashing import content_of, sha256_of_file

LARGER_THAN_MEMORY_ALLOWS = hashing._IN_MEMORY_BYTES + 3 * hashing._BLOCK_BYTES + 5


def test_content_stays_what_was_hashed_although_the_file_changes(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")

    with content_of(path) as content:
        path.write_bytes(b"after!")

        assert content.source == b"before"
        assert content.sha256 == hashlib.sha256(b"before").hexdigest()


def test_large_file_is_copied_to_disk_and_the_copy_is_what_was_hashed(tmp_path):
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(LARGER_THAN_MEMORY_ALLOWS)
        file.write(b"start")
    sha256 = sha256_of_file(path)

    with content_of(path) as content:
        path.write_bytes(b"another")
        copy = content.source

        assert content.sha256 == sha256 == sha256_of_file(copy)
        assert copy.stat().st_size == LARGER_THAN_MEMORY_ALLOWS
    assert not copy.exists()


def test_missing_file_raises_what_the_system_says(tmp_path):
    with pytest.raises(FileNotFoundError), content_of(tmp_path / "gone"):
        pass


def test_small_file_has_the_hash_that_openssl_gives_and_does_not_load_it(tmp_path):
    """In a process of its own, for others have loaded it in this one."""
    path = tmp_path / "small.bin"
    path.write_bytes(bytes(range(256)) * 1000)
    program = (
        "import sys; from edgewright_runtime.hashing import sha256_of_bytes, sha256_of_file\n"
        "print(sha256_of_file(sys.argv[1]), sha256_of_bytes(b''), 'hashlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    wanted = [hashlib.sha256(data).hexdigest() for data in (path.read_bytes(), b"")]
    assert done.stdout.split() == [*wanted, "False"]
