"""Small data sets drawn from a larger one, and faults planted in them, in recipes, in weights and in networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from edgewright_train.recipes import Augmentation, Recipe, load_recipe

SIDE = 96
"""Of the images of a drawn set, pixels; and of the networks."""


def draw(source: Path, folder: Path, *, seed: int, classes: int = 4, per_class: int = 60) -> Path:
    """Some images of the largest classes of a data set, saved anew as squares, so that nothing but the subject differs.

    Copies among the images, which a set from the internet has, are left where they are.
    """
    generator = np.random.default_rng(seed)
    found = sorted(source.iterdir(), key=lambda one: -len(list(one.glob("*.*"))))
    for one in [each for each in found if each.is_dir()][:classes]:
        paths = sorted(one.glob("*.*"))
        (folder / one.name).mkdir(parents=True)
        for number, place in enumerate(generator.permutation(len(paths))[:per_class]):
            with Image.open(paths[place]) as image:
                image.convert("RGB").resize((128, 128)).save(folder / one.name / f"{number:03}.jpg", quality=95)
    return folder


def arrows(folder: Path, *, seed: int, per_class: int = 40) -> Path:
    """Drawn arrows to the left, right, up and down, each of its own size, place, colour and ground."""
    generator = np.random.default_rng(seed)
    for name, turns in (("left", 0), ("down", 1), ("right", 2), ("up", 3)):
        (folder / name).mkdir(parents=True)
        for number in range(per_class):
            light, dark = generator.integers(150, 256, 3), generator.integers(0, 90, 3)
            picture = Image.new("RGB", (128, 128), tuple(map(int, light)))
            size, x, y = generator.integers(30, 45), *generator.integers(55, 73, 2)
            points = [(-1.0, 0.0), (0.0, -0.8), (0.0, -0.3), (1.0, -0.3), (1.0, 0.3), (0.0, 0.3), (0.0, 0.8)]
            for _ in range(turns):
                points = [(a, -b) for b, a in points]
            ImageDraw.Draw(picture).polygon(
                [(x + size * a, y + size * b) for a, b in points], fill=tuple(map(int, dark))
            )
            noisy = np.clip(np.asarray(picture) + generator.normal(0, 12, (128, 128, 3)), 0, 255)
            Image.fromarray(noisy.astype(np.uint8)).save(folder / name / f"{number:03}.png")
    return folder


def files_of(folder: Path, seed: int) -> list[Path]:
    """The images, in an order of the seed's."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [paths[place] for place in np.random.default_rng(seed + 1).permutation(len(paths))]


def corrupt(folder: Path, *, seed: int, count: int = 30) -> None:
    """Cuts files off, overwrites them, or empties them."""
    for number, path in enumerate(files_of(folder, seed)[:count]):
        data = path.read_bytes()
        path.write_bytes((data[: len(data) // 3], bytes(200) + data[200:], b"no image")[number % 3])


def shrink_class(folder: Path, *, seed: int, left: int) -> None:
    """Leaves so many images of one class."""
    one = sorted(folder.iterdir())[seed % len(list(folder.iterdir()))]
    for path in sorted(one.iterdir())[left:]:
        path.unlink()


def swap_labels(folder: Path, *, seed: int, share: float = 0.1) -> None:
    """Moves that share of the images to another class."""
    generator, names = np.random.default_rng(seed + 2), sorted(one.name for one in folder.iterdir())
    paths = files_of(folder, seed)
    for path in paths[: round(share * len(paths))]:
        other = generator.choice([name for name in names if name != path.parent.name])
        path.rename(folder / other / f"swapped_{path.parent.name}_{path.name}")


def copy_across_classes(folder: Path, *, seed: int, exact: bool) -> None:
    """Puts copies of two images into another class."""
    names = sorted(one.name for one in folder.iterdir())
    for path in files_of(folder, seed)[:2]:
        other = names[(names.index(path.parent.name) + 1) % len(names)]
        _copy(path, folder / other / f"copy_{path.name}", exact=exact)


def split_folders(folder: Path, *, seed: int, exact: bool | None, without: bool = False) -> Path:
    """The same in folders train, val and test, with copies of two images in train and in val.

    Args:
        folder: of classes.
        seed: of the split.
        exact: whether the copies' bytes are the same; None makes none.
        without: whether val gets no image of one class.
    """
    split = folder.parent / f"{folder.name}_split"
    for one in sorted(folder.iterdir()):
        for number, path in enumerate(files_of(one, seed)):
            part = "val" if number % 5 == 0 else "test" if number % 5 == 1 else "train"
            (split / part / one.name).mkdir(parents=True, exist_ok=True)
            if without and one == sorted(folder.iterdir())[seed % 3] and part == "val":
                part = "train"
            target = split / part / one.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    if exact is not None:
        for path in files_of(split / "val", seed)[:2]:
            _copy(path, split / "train" / path.parent.name / f"copy_{path.name}", exact=exact)
    return split


def _copy(path: Path, target: Path, *, exact: bool) -> None:
    if exact:
        target.write_bytes(path.read_bytes())
        return
    with Image.open(path) as image:
        image.resize((80, 80)).save(target.with_suffix(".jpg"), quality=60)


def change_images(folder: Path, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Saves every image anew as a PNG, changed; arrays are uint8 of shape (height, width, 3)."""
    for path in sorted(folder.rglob("*.*")):
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        path.unlink()
        Image.fromarray(change(pixels)).save(path.with_suffix(".png"))


def number_classes(folder: Path, *, seed: int) -> None:
    """Calls the classes by numbers that are sorted otherwise as text."""
    for place, one in enumerate(sorted(folder.iterdir())):
        one.rename(folder / str((8 + seed % 2, 2, 10, 100)[place % 4]))


def base_recipe(**tables: Mapping[str, Any] | Any) -> Recipe:
    """A recipe of seconds: MobileNetV2 of alpha 0.35, the head alone; tables and values in place of its own."""
    recipe = load_recipe("flowers")
    recipe = replace(recipe, input_size=SIDE, alpha=0.35).with_epochs(12, 0)
    recipe = replace(recipe, head_phase=replace(recipe.head_phase, views=1))
    changed = {
        name: replace(getattr(recipe, name), **value) if isinstance(value, Mapping) else value
        for name, value in tables.items()
    }
    return replace(recipe, **changed)


def no_augmentation() -> dict[str, Any]:
    """Values of a recipe's [augmentation] that change nothing."""
    zero = {name: 0.0 for name in Augmentation.__dataclass_fields__ if name not in {"fill"}}
    return {**zero, "horizontal_flip": False, "vertical_flip": False}


def scaled_weights(source: Path, target: Path, factor: float) -> Path:
    """A weights file whose last BatchNorm gives that many times as much; with 0, nothing."""
    import keras

    model = keras.applications.MobileNetV2(
        include_top=False, alpha=0.35, weights=str(source), input_shape=(SIDE, SIDE, 3)
    )
    norm = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)][-1]
    gamma, beta, mean, variance = norm.get_weights()
    norm.set_weights([gamma * factor, beta * factor, mean, variance])
    for layer in model.layers:
        if layer.name == "out_relu":
            layer.max_value = None
    model.save_weights(target)
    return target


def weights_for_other_pixels(source: Path, target: Path) -> Path:
    """Weights that expect pixels from 0 to 1: the first kernel doubled, and what is taken from them made up for."""
    import keras

    model = keras.applications.MobileNetV2(
        include_top=False, alpha=0.35, weights=str(source), input_shape=(SIDE, SIDE, 3)
    )
    # conv(2u - 1) = (2 kernel) u - the kernel's sum, which the moving mean takes up.
    convolution, norm = model.get_layer("Conv1"), model.get_layer("bn_Conv1")
    (kernel,) = convolution.get_weights()
    convolution.set_weights([2 * kernel])
    gamma, beta, mean, variance = norm.get_weights()
    norm.set_weights([gamma, beta, mean + kernel.sum(axis=(0, 1, 2)), variance])
    model.save_weights(target)
    return target


@contextmanager
def other_normalisation() -> Iterator[None]:
    """MobileNetV2 given pixels from 0 to 1 in place of -1 to 1, as a mistake in the table of backbones would."""
    from edgewright_runtime.preprocessing import Normalisation
    from edgewright_train.network import backbones

    table: Any = backbones._BY_NAME
    row = table["mobilenet_v2"]
    table["mobilenet_v2"] = replace(row, normalisation=Normalisation((1 / 255,) * 3, (0.0,) * 3))
    try:
        yield
    finally:
        table["mobilenet_v2"] = row


@contextmanager
def frozen_head() -> Iterator[None]:
    """Heads whose last layer cannot be trained."""
    from edgewright_train.network import network

    made = network.classifier_head

    def frozen(*arguments: Any) -> Any:
        layers = made(*arguments)
        for layer in layers:
            layer.trainable = False
        return layers

    network.classifier_head = frozen
    try:
        yield
    finally:
        network.classifier_head = made


def huge_small_cnn(target: Path, seed: int) -> Path:
    """Weights of a small_cnn whose last BatchNorm gives 10 000 times too much."""
    import keras

    from edgewright_train.network.backbones import backbone_named
    from edgewright_train.network.network import backbone_model

    keras.utils.set_random_seed(seed)
    model = backbone_model(backbone_named("small_cnn"), keras.Input((SIDE, SIDE, 3)), alpha=1.0)
    norm = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)][-1]
    gamma, beta, mean, variance = norm.get_weights()
    norm.set_weights([gamma * 1e4, beta, mean, variance])
    model.save_weights(target)
    return target


def few_to_train(folder: Path, *, seed: int, train: int = 8) -> Path:
    """The same in folders train, val and test, with only so many images of each class to train on."""
    split = split_folders(folder, seed=seed, exact=None)
    for one in sorted((split / "train").iterdir()):
        for path in sorted(one.iterdir())[train:]:
            path.rename(split / "val" / one.name / path.name)
    return split


def keras_model(folder: Path, weights: Path, target: Path, change: str) -> Path:
    """A Keras classifier that was fitted to the images by least squares, and one thing wrong with it.

    Args:
        folder: of classes.
        weights: of the backbone.
        target: the file.
        change: `sigmoid`, `order` (of the outputs), `frozen` (the last layer) or `pixels` (not normalised).
    """
    import keras

    names = sorted(one.name for one in folder.iterdir())
    paths = sorted(folder.rglob("*.*"))
    images = np.stack([np.asarray(Image.open(path).convert("RGB").resize((SIDE, SIDE))) for path in paths])
    classes = np.array([names.index(path.parent.name) for path in paths])
    pixels = keras.Input((SIDE, SIDE, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, -1)(pixels)
    base = keras.applications.MobileNetV2(include_top=False, alpha=0.35, weights=None, input_tensor=scaled)
    base.load_weights(str(weights))
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    features = np.asarray(keras.Model(pixels, pooled).predict(images.astype(np.float32), verbose=0))
    targets = np.eye(len(names))[classes]
    kernel = features.T @ np.linalg.solve(
        features @ features.T + 5 * np.eye(len(features)), targets - targets.mean(axis=0)
    )
    if change == "order":
        kernel = np.roll(kernel, 1, axis=1)
    last = keras.layers.Dense(len(names), activation="sigmoid" if change == "sigmoid" else "softmax", name="answers")
    model = keras.Model(pixels, last(pooled))
    last.set_weights([8 * kernel, np.zeros(len(names))])
    last.trainable = change != "frozen"
    if change == "pixels":
        unit = next(layer for layer in model.layers if isinstance(layer, keras.layers.Rescaling))
        unit.scale, unit.offset = 1 / 255, 0.0
    model.compile(loss="categorical_crossentropy")
    model.save(target)
    return target
