"""What is not read is told by what it is, where its first bytes or its suffix give that away."""

import pytest

from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.unread import RAW_SUFFIXES, UNREAD_SUFFIXES

CONTRACT = Preprocessing(8, 8)


@pytest.mark.parametrize("suffix", sorted(RAW_SUFFIXES))
def test_raw_file_is_refused_although_a_thumbnail_in_it_could_be_read(scene, suffix, tmp_path):
    path = tmp_path / f"IMG_1{suffix.upper()}"
    scene.save(path, "TIFF")
    with pytest.raises(
        ImageReadError, match="is a camera's raw file, which is not read here; develop it and save it as"
    ):
        CONTRACT.apply(path)


def test_raw_file_that_is_no_tiff_is_called_by_its_name(tmp_path):
    (tmp_path / "a.cr3").write_bytes(b"\0\0\0\x18ftypcrx " + bytes(60))
    with pytest.raises(ImageReadError, match="is a camera's raw file"):
        CONTRACT.apply(tmp_path / "a.cr3")


@pytest.mark.parametrize("suffix", sorted(UNREAD_SUFFIXES))
def test_further_images_are_called_by_their_suffix_where_no_mark_tells(suffix, tmp_path):
    (tmp_path / f"a{suffix}").write_bytes(bytes([7]) * 100)
    with pytest.raises(
        ImageReadError, match=f"is a {suffix[1:].upper()} file, which is not read here; save it as JPEG"
    ):
        CONTRACT.apply(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".dng", ".avif", ".tga"])
def test_jpeg_under_another_name_is_read_all_the_same(scene, suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    scene.save(path, "JPEG")
    assert (CONTRACT.apply(path) == CONTRACT.apply(path.read_bytes())).all()
