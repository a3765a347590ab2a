import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.geometry import jpeg_scale, resized_size, used_region

SIDES = st.integers(1, 20_000)
SIZES = st.tuples(SIDES, SIDES)
TARGETS = st.integers(1, 600)


@given(SIZES, TARGETS, TARGETS, st.floats(0.001, 1.0))
def test_crop_never_looks_outside_and_keeps_the_targets_aspect_ratio(size, height, width, fraction):
    contract = Preprocessing(height, width, resize_method="crop", crop_fraction=fraction)

    left, top, right, bottom = used_region(size, contract)

    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    assert (right - left) * height == pytest.approx((bottom - top) * width)
    assert left == pytest.approx(size[0] - right, abs=1e-6)
    assert top == pytest.approx(size[1] - bottom, abs=1e-6)


@given(SIZES, TARGETS, TARGETS)
def test_crop_of_everything_reaches_two_opposite_edges(size, height, width):
    left, top, right, bottom = used_region(size, Preprocessing(height, width, resize_method="crop"))

    assert right - left == pytest.approx(size[0]) or bottom - top == pytest.approx(size[1])


@given(SIZES, TARGETS, TARGETS)
def test_pad_keeps_the_aspect_ratio_within_a_pixel_and_fills_one_side(size, height, width):
    new_width, new_height = resized_size(size, Preprocessing(height, width, resize_method="pad"))

    assert 1 <= new_width <= width
    assert 1 <= new_height <= height
    assert new_width == width or new_height == height
    exact = min(width / size[0], height / size[1])
    assert abs(new_width - size[0] * exact) < 1
    assert abs(new_height - size[1] * exact) < 1


@given(
    SIZES,
    TARGETS,
    TARGETS,
    st.sampled_from(["squash", "crop", "pad"]),
    st.floats(0.05, 1.0),
    st.integers(0, 8),
)
def test_scale_leaves_the_used_region_large_enough_and_is_the_largest_that_does(
    size, height, width, method, fraction, wanted
):
    contract = Preprocessing(
        height,
        width,
        resize_method=method,
        crop_fraction=fraction if method == "crop" else 1.0,
        jpeg_scaled_decode=wanted,
    )
    left, top, right, bottom = used_region(size, contract)
    target_width, target_height = resized_size(size, contract)

    def large_enough(scale: int) -> bool:
        across, down = (right - left) / scale, (bottom - top) / scale
        return across >= wanted * target_width and down >= wanted * target_height

    scale = jpeg_scale(size, contract)

    assert scale in {1, 2, 4, 8}
    assert scale == 1 or (wanted > 0 and large_enough(scale))
    assert scale == 8 or wanted == 0 or not large_enough(scale * 2)


def _jpeg_header(size: tuple[int, int]) -> bytes:
    """A whole 8 x 8 JPEG whose header claims another size: enough to open and ask, without the pixels."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "JPEG")
    data = bytearray(stream.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")
    return bytes(data)


@settings(max_examples=300)
@given(st.tuples(st.integers(1, 9000), st.integers(1, 9000)), st.sampled_from([2, 4, 8]))
def test_request_to_pillow_gives_exactly_the_scale_that_is_meant(size, scale):
    # What `decode` asks for. Asking for the size rounded up gives the next smaller scale for most odd sizes.
    assume(min(size) >= scale)
    image = Image.open(io.BytesIO(_jpeg_header(size)), formats=["JPEG"])

    image.draft(None, (size[0] // scale, size[1] // scale))

    assert image.decoderconfig[0] == scale
    assert image.size == (-(-size[0] // scale), -(-size[1] // scale))
