from pathlib import Path

from PIL import Image

from edgewright_runtime.dataset.inspection import inspect_files
from edgewright_runtime.dataset.types import LabelledImage, ListedFile
from edgewright_runtime.hashing import sha256_of_file


def picture(path: Path, size: tuple[int, int], **options: object) -> Path:
    Image.new("RGB", size, (1, 2, 3)).save(path, **options)
    return path


def test_hash_and_size_are_of_the_bytes_that_were_decoded(tmp_path, swapped_before_its_second_read):
    path, other = picture(tmp_path / "a.png", (40, 30)), picture(tmp_path / "b.png", (5, 6))
    sha256 = sha256_of_file(path)

    with swapped_before_its_second_read(path, other):
        images, rejected = inspect_files([ListedFile(str(path), "x")])

    assert images == [LabelledImage(str(path), "x", sha256, None, 40, 30)]
    assert rejected == []


def test_size_is_that_of_the_stored_rows_and_columns(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = picture(tmp_path / "a.jpg", (40, 30), exif=exif)

    (image,), _ = inspect_files([ListedFile(str(path), "x")])

    assert (image.width_px, image.height_px) == (40, 30)


def test_folder_in_place_of_a_file_is_left_out(tmp_path):
    images, (rejected,) = inspect_files([ListedFile(str(tmp_path), "x")])

    assert images == []
    assert rejected.reason == "it cannot be read: Is a directory; check the path"
