import io

import numpy as np
from PIL import Image, ImageEnhance
from sklearn.datasets import load_sample_images

from edgewright_runtime.dataset.looks import alike_pairs, is_large_enough, look_of
from edgewright_runtime.preprocessing import Preprocessing

CONTRACT = Preprocessing(32, 32)


def look(image):
    return look_of(CONTRACT.apply(image))


def photographs():
    """Twelve different parts of the two photographs that come with scikit-learn."""
    parts = []
    for whole in load_sample_images().images:
        rows, columns = whole.shape[0] // 2, whole.shape[1] // 3
        parts += [
            Image.fromarray(whole[top : top + rows, left : left + columns])
            for top in (0, rows)
            for left in (0, columns, 2 * columns)
        ]
    return parts


def as_jpeg(image, quality):
    data = io.BytesIO()
    image.save(data, "jpeg", quality=quality)
    return Image.open(data)


def test_unlike_photographs_are_not_alike():
    assert alike_pairs([look(each) for each in photographs()]) == []


def test_copy_that_was_made_smaller_brighter_or_coarser_is_alike():
    for image in photographs()[:6]:
        smaller = image.resize((image.width // 2, image.height // 2))
        brighter = ImageEnhance.Brightness(image).enhance(1.1)
        looks = [look(image), look(smaller), look(brighter), look(as_jpeg(image, 40))]
        assert {(0, 1), (0, 2), (0, 3)} <= set(alike_pairs(looks))


def test_noise_and_plain_walls_are_like_nothing():
    noise = [np.random.default_rng(seed).integers(0, 256, (64, 64, 3)).astype(np.uint8) for seed in range(20)]
    walls = [np.full((64, 64, 3), shade, np.uint8) for shade in (40, 41, 200)]
    assert alike_pairs([look(each) for each in (*noise, *walls)]) == []


def test_empty_look_is_like_no_other():
    one = look(photographs()[0])
    assert alike_pairs([b"", one, b"", one]) == [(1, 3)]
    assert alike_pairs([b"", one]) == []


def test_no_pair_of_many_is_missed():
    generator = np.random.default_rng(3)
    grey = generator.integers(0, 256, (1500, 16, 16)).astype(np.uint8)
    grey[1200:] = np.clip(grey[:300].astype(int) + generator.integers(-3, 4, (300, 16, 16)), 0, 255)
    pairs = alike_pairs([each.tobytes() for each in grey])
    assert pairs == [(place, 1200 + place) for place in range(300)]


def test_handwritten_digits_of_eight_pixels_are_too_small_to_be_alike():
    assert not is_large_enough(8, 8)
    assert is_large_enough(32, 40)
