import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from edgewright_runtime.preprocessing import Normalisation, Preprocessing

SIDES = st.integers(1, 40)
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
INTERPOLATIONS = st.sampled_from(["bilinear", "bicubic", "lanczos"])


@given(
    arrays(np.uint8, st.tuples(SIDES, SIDES, st.sampled_from([1, 3, 4]))),
    SIDES,
    SIDES,
    st.sampled_from(["squash", "crop", "pad"]),
    INTERPOLATIONS,
    st.sampled_from(["RGB", "grayscale"]),
)
def test_shape_and_dtype_are_those_of_the_contract(array, height, width, method, interpolation, colour_mode):
    channels = 3 if colour_mode == "RGB" else 1
    contract = Preprocessing(
        height,
        width,
        colour_mode=colour_mode,
        resize_method=method,
        interpolation=interpolation,
        normalisation=Normalisation((1.0,) * channels, (0.0,) * channels),
    )

    pixels = contract.apply(array)

    assert pixels.shape == (height, width, channels)
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable


@given(COLOURS, SIDES, SIDES, SIDES, SIDES, st.sampled_from(["squash", "crop", "pad"]), INTERPOLATIONS)
def test_one_colour_stays_that_colour(colour, rows, columns, height, width, method, interpolation):
    contract = Preprocessing(height, width, resize_method=method, interpolation=interpolation, pad_colour=colour)

    assert (contract.apply(Image.new("RGB", (columns, rows), colour)) == colour).all()


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos"])
def test_squash_is_pillows_own_resize(scene, interpolation):
    expected = scene.resize((33, 21), Image.Resampling[interpolation.upper()])

    assert (Preprocessing(21, 33, interpolation=interpolation).apply(scene) == np.asarray(expected)).all()


def test_picture_of_the_target_size_is_not_touched(noise):
    assert (Preprocessing(24, 20).apply(noise) == noise).all()


@pytest.mark.parametrize(("size", "inner"), [((40, 20), (0, 5, 20, 15)), ((20, 40), (5, 0, 15, 20))])
def test_pad_centres_the_whole_picture_on_the_pad_colour(size, inner):
    contract = Preprocessing(20, 20, resize_method="pad", pad_colour=(9, 8, 7))
    left, top, right, bottom = inner

    pixels = contract.apply(Image.new("RGB", size, (200, 100, 50)))

    assert (pixels[top:bottom, left:right] == (200, 100, 50)).all()
    outside = np.ones((20, 20), bool)
    outside[top:bottom, left:right] = False
    assert (pixels[outside] == (9, 8, 7)).all()


def test_pad_colour_of_a_grayscale_contract_is_its_luma():
    contract = Preprocessing(
        2,
        4,
        colour_mode="grayscale",
        resize_method="pad",
        pad_colour=(255, 0, 0),
        normalisation=Normalisation((1,), (0,)),
    )

    assert contract.apply(Image.new("L", (2, 2), 200))[0, :, 0].tolist() == [76, 200, 200, 76]


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos"])
def test_crop_sees_nothing_of_what_is_cut_away_beyond_the_filters_edge(interpolation):
    # The filter's support is 1, 2 or 3 target pixels about a pixel's centre (Pillow's Resample.c), so at the edge it
    # reaches half a target pixel less than that over the region's border.
    reach = {"bilinear": 0.5, "bicubic": 1.5, "lanczos": 2.5}[interpolation]
    contract = Preprocessing(20, 20, resize_method="crop", crop_fraction=0.5, interpolation=interpolation)
    region = slice(50 - int(reach * 5) - 1, 150 + int(reach * 5) + 1)
    loud = np.full((200, 200, 3), 255, np.uint8)
    loud[region, region] = 60

    assert (contract.apply(loud) == 60).all()


def test_crop_takes_the_middle():
    wide = np.zeros((10, 40, 3), np.uint8)
    wide[:, 13:27] = 255

    assert (Preprocessing(10, 10, resize_method="crop").apply(wide) == 255).all()
    assert (Preprocessing(10, 10).apply(wide)[:, [0, -1]] == 0).all()


def test_a_jpegs_spare_edge_pixels_are_not_stretched_into_the_picture(scene):
    # 449 = 56 * 8 + 1: at 1/8, the last of 57 decoded columns holds one real column and seven made up.
    wide = scene.resize((449, 449), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    wide.save(stream, "JPEG", quality=98, subsampling=0)
    contract = Preprocessing(28, 28)

    difference = np.abs(contract.apply(stream.getvalue()).astype(int) - contract.apply(wide))

    assert difference.mean() < 0.6
