import gzip
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.preprocessing import Preprocessing

CONTRACT = Preprocessing(9, 7)
FORMATS = [
    ("JPEG", {}),
    ("PNG", {}),
    ("WEBP", {}),
    ("BMP", {}),
    ("GIF", {}),
    ("TIFF", {}),
    ("PPM", {}),
    ("MPO", {"save_all": True}),
]


@settings(max_examples=40)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30), st.just(3))),
    st.sampled_from([format for format, _ in FORMATS]),
)
def test_path_bytes_and_file_object_give_the_same_pixels(array, format):
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, format)
    data = stream.getvalue()
    expected = CONTRACT.apply(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture")
        path.write_bytes(data)
        with path.open("rb") as file:
            from_file = CONTRACT.apply(file)
            assert not file.closed

        assert (CONTRACT.apply(path) == expected).all()
        assert (CONTRACT.apply(str(path)) == expected).all()
    assert (from_file == expected).all()
    assert (CONTRACT.apply(stream) == expected).all()
    assert (CONTRACT.apply(bytearray(data)) == expected).all()
    assert (CONTRACT.apply(memoryview(data)) == expected).all()


@pytest.mark.parametrize(("format", "options"), FORMATS)
@pytest.mark.parametrize("suffix", ["", ".jpg", ".txt", ".JPG"])
def test_content_and_not_the_name_says_what_a_file_is(scene, encode, tmp_path, format, options, suffix):
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(encode(scene, format, **options))

    assert CONTRACT.apply(path).shape == (9, 7, 3)


@pytest.mark.parametrize("name", ["Blütenstaub.png", "香蕉.png", "🍌 leaf.png", "a'b\"c.png", "line\nbreak.png"])
def test_any_file_name_will_do(scene, encode, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(encode(scene, "PNG"))

    assert (CONTRACT.apply(path) == CONTRACT.apply(scene)).all()


def test_file_object_is_read_from_its_start_wherever_it_stands(scene, encode):
    stream = io.BytesIO(encode(scene, "PNG"))
    stream.seek(0, io.SEEK_END)

    assert (CONTRACT.apply(stream) == CONTRACT.apply(scene)).all()


def test_file_that_cannot_seek_is_read(scene, encode, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("picture.png", encode(scene, "PNG"))
    reading, writing = os.pipe()
    os.write(writing, encode(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG"))
    os.close(writing)

    with zipfile.ZipFile(tmp_path / "a.zip") as archive, archive.open("picture.png") as member:
        assert (CONTRACT.apply(member) == CONTRACT.apply(scene)).all()
    with os.fdopen(reading, "rb") as pipe:
        assert (CONTRACT.apply(pipe) == (1, 2, 3)).all()


def test_arrays_of_the_four_shapes_are_taken(noise):
    gray = noise[:, :, 0]
    clear = np.dstack([noise, np.zeros_like(gray)])

    assert (CONTRACT.apply(gray) == CONTRACT.apply(gray[:, :, None])).all()
    assert (CONTRACT.apply(gray) == CONTRACT.apply(np.dstack([gray] * 3))).all()
    assert (CONTRACT.apply(noise) == CONTRACT.apply(Image.fromarray(noise))).all()
    assert (CONTRACT.apply(clear) == 255).all()


def test_array_need_not_be_contiguous_or_writeable_and_is_not_changed(noise):
    strided = noise[::-2, ::2, ::-1]
    strided.flags.writeable = False
    before = strided.copy()

    pixels = CONTRACT.apply(strided)

    assert (pixels == CONTRACT.apply(before)).all()
    assert (strided == before).all()


def test_result_does_not_share_memory_with_the_array(noise):
    pixels = Preprocessing(24, 20).apply(noise)
    before = noise.copy()
    pixels[:] = 0

    assert (noise == before).all()


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((4, 4, 3)), "dtype float64; give uint8"),
        (np.zeros((4, 4, 3), np.int8), "dtype int8"),
        (np.zeros((4, 4), bool), "dtype bool"),
        (np.zeros((4, 4, 2), np.uint8), r"shape \(4, 4, 2\)"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"shape \(1, 4, 4, 3\)"),
        (np.zeros((4,), np.uint8), r"shape \(4,\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape \(0, 4, 3\)"),
        (np.zeros((4, 0), np.uint8), r"shape \(4, 0\)"),
        (np.zeros((4, 4, 0), np.uint8), r"shape \(4, 4, 0\)"),
    ],
)
def test_other_array_is_refused_with_what_to_give(array, reason):
    with pytest.raises(ImageReadError, match=reason):
        CONTRACT.apply(array)


@pytest.mark.parametrize("source", [None, 3, 2.5, ["a.jpg"], {"a": 1}, object()])
def test_what_is_no_source_is_refused_with_what_to_give(source):
    with pytest.raises(ImageReadError, match="give a path, the bytes of a file"):
        CONTRACT.apply(source)


def test_empty_pil_image_is_refused():
    with pytest.raises(ImageReadError, match="has no pixels"):
        CONTRACT.apply(Image.new("RGB", (0, 5)))


def test_closed_pil_image_is_refused(scene, encode):
    image = Image.open(io.BytesIO(encode(scene, "PNG")))
    image.close()

    with pytest.raises(ImageReadError):
        CONTRACT.apply(image)


HTML = b"\n<!DOCTYPE html><html><body>404</body></html>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
AVIF = b"\0\0\0\x1cftypavif\0\0\0\0mif1avif" + bytes(40)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; copy or download it again"),
        (b"this is text\n" * 50, "is not an image, or is damaged; the formats read here are JPEG, PNG"),
        (bytes(1000), "is not an image, or is damaged"),
        (HEIC, "is a HEIC image"),
        (AVIF, "is an AVIF image, which is not read here"),
        (b"\0\0\0\x20ftypisom" + bytes(40), "is a video; give a single image"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG drawing"),
        (b"%PDF-1.7\n%abc", "is a PDF document; export the page as an image"),
        (HTML, "is a web page, not an image; download the image itself"),
        (gzip.compress(b"abc", mtime=0), "is an archive; unpack it"),
        (b"PK\x03\x04" + bytes(40), "is an archive; unpack it"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        (b"\xff\x0a" + bytes(40), "is a JPEG XL image"),
        (b"8BPS" + bytes(40), "is a Photoshop document"),
    ],
)
def test_file_that_is_no_image_is_told_by_its_content(tmp_path, content, sentence):
    path = tmp_path / "leaf.jpg"
    path.write_bytes(content)

    with pytest.raises(ImageReadError) as error:
        CONTRACT.apply(path)

    assert str(error.value).startswith(f"{path} {sentence}")


def test_image_of_a_format_outside_the_list_is_refused(scene, encode):
    with pytest.raises(ImageReadError, match="is not an image, or is damaged; the formats"):
        CONTRACT.apply(encode(scene, "TGA"))
    with pytest.raises(ImageReadError, match="is an icon, which is not read here"):
        CONTRACT.apply(encode(scene, "ICO"))


def test_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(ImageReadError, match=r"Cannot read .*gone\.jpg: No such file or directory; check the path"):
        CONTRACT.apply(tmp_path / "gone.jpg")


def test_folder_is_refused_by_name(tmp_path):
    with pytest.raises(ImageReadError, match="is a folder; give the path of an image"):
        CONTRACT.apply(tmp_path)


def test_path_with_a_nul_is_refused():
    with pytest.raises(ImageReadError, match="null"):
        CONTRACT.apply("a\0b.jpg")


def test_file_of_text_and_closed_file_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("abc")
    with (tmp_path / "a.txt").open() as file, pytest.raises(ImageReadError, match=r"a\.txt.*mode 'rb'"):
        CONTRACT.apply(file)
    with pytest.raises(ImageReadError, match=r"a\.txt.*closed file"):
        CONTRACT.apply(file)


def test_file_that_fails_while_it_is_read_is_refused():
    class Failing(io.RawIOBase):
        name = "camera.jpg"

        def read(self, *_: int) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(ImageReadError, match=r"Cannot read camera\.jpg: Input/output error"):
        CONTRACT.apply(Failing())


def test_name_that_is_not_utf8_can_be_printed(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.jpg")

    with pytest.raises(ImageReadError) as error:
        CONTRACT.apply(path)

    assert r"caf\xe9\n.jpg" in str(error.value)
    str(error.value).encode("utf-8")


def test_pil_image_with_a_file_name_is_called_by_it(tmp_path, encode):
    path = tmp_path / "deep.tif"
    path.write_bytes(encode(Image.new("F", (4, 4)), "TIFF"))

    with Image.open(path) as image, pytest.raises(ImageReadError, match=r"deep\.tif"):
        CONTRACT.apply(image)


def test_only_the_plugins_that_the_files_need_are_imported(scene, encode, tmp_path):
    for format in ("PNG", "TIFF", "WEBP"):
        (tmp_path / format).write_bytes(encode(scene, format))

    def imported(*names: str) -> set[str]:
        probe = (
            "import sys\n"
            "from edgewright_runtime.preprocessing import Preprocessing\n"
            "for path in sys.argv[1:]: Preprocessing(8, 8).apply(path)\n"
            "print(*(name for name in sys.modules if name.startswith('PIL.') and name.endswith('ImagePlugin')))"
        )
        paths = [tmp_path / name for name in names]
        done = subprocess.run([sys.executable, "-c", probe, *paths], capture_output=True, text=True, check=True)
        return {name.removeprefix("PIL.").removesuffix("ImagePlugin") for name in done.stdout.split()}

    common = imported("PNG")
    assert not {"Tiff", "WebP"} & common
    assert imported("PNG", "TIFF") == common | {"Tiff"}
    assert imported("WEBP", "PNG") == common | {"WebP"}


def test_a_jpeg_brings_no_plugin_of_another_format(scene, encode):
    """In a process of its own, for others have been opened in this one."""
    program = (
        "import sys; from edgewright_runtime import Preprocessing\n"
        "Preprocessing(8, 8).apply(sys.stdin.buffer.read())\n"
        "print(sorted(name for name in sys.modules if name.startswith('PIL.') and name.endswith('ImagePlugin')))"
    )
    done = subprocess.run([sys.executable, "-c", program], input=encode(scene, "JPEG"), capture_output=True, check=True)
    assert done.stdout.strip() == b"['PIL.JpegImagePlugin']"
