"""How well a class can be told from one property of the image that has nothing to do with what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from .folds import fold_numbers
from .images.image_facts import ImageFacts

WORTH_A_WORD = 0.25
"""Score from which a property of the file, such as its size, is worth a word."""

WORTH_A_LOOK = 0.5
"""Score from which brightness or colour is: a subject may well be brighter or more colourful than another."""

GIVES_AWAY = 0.5
"""Score from which what a model learns is likely to be the source of the images."""

_SMALLEST_LEAF = 5  # images
_LEAVES = 4  # for each class; more of them would learn a continuous property by heart


@dataclass(frozen=True)
class Property:
    """One row of the table.

    Attributes:
        name: for the answer.
        words: for people.
        value: of an image, as a number.
        of_file: whether it belongs to the file rather than to the picture.
        shown: of an image, in words.
    """

    name: str
    words: str
    value: Callable[[ImageFacts], float]
    of_file: bool
    shown: Callable[[ImageFacts], str]


# In the order in which equals are ranked: what explains more comes first.
PROPERTIES = (
    Property(
        "size", "image size", lambda f: float(f.width_px * f.height_px), True,
        lambda f: f"{f.width_px} x {f.height_px}",
    ),
    Property("aspect", "aspect ratio", lambda f: f.aspect, True, lambda f: f"{f.aspect:.2f}"),
    Property("file_type", "file type", lambda f: float(sum(f.file_type.encode())), True, lambda f: f.file_type),
    Property(
        "jpeg_quality", "JPEG quality", lambda f: -1.0 if f.quality is None else round(f.quality), True,
        lambda f: "no JPEG" if f.quality is None else f"quality {f.quality:.0f}",
    ),
    Property("brightness", "brightness", lambda f: f.brightness, False, lambda f: f"{f.brightness:.1f}"),
    Property("colourfulness", "colourfulness", lambda f: f.colourfulness, False, lambda f: f"{f.colourfulness:.0f}"),
)  # fmt: skip


@dataclass(frozen=True)
class Shortcut:
    """What one property gives away.

    Attributes:
        row: which property.
        score: 0 where it says no more than chance, 1 where it names every class: (balanced accuracy - chance) /
            (1 - chance), of images that the rule has not seen, to two digits.
        recall: of each class, by its name.
        typical: of each class that the property gives away best, its most frequent value and how many have it.
    """

    row: Property
    score: float
    recall: dict[str, float]
    typical: tuple[tuple[str, str, int, int], ...]

    @property
    def is_told(self) -> bool:
        """Whether it is worth a word."""
        return self.score >= (WORTH_A_WORD if self.row.of_file else WORTH_A_LOOK)


def find_shortcuts(
    images: Sequence[ImageFacts], classes: NDArray[np.int64], names: Sequence[str], groups: Sequence[int]
) -> tuple[Shortcut, ...]:
    """What each property gives away, the most first; empty where there are not two classes with three images.

    Args:
        images: of a data set.
        classes: class index of each.
        names: of the classes.
        groups: of each image; what has the same number shows the same.
    """
    counts = np.bincount(classes, minlength=len(names))
    # A class of one or two images has nothing to be held out.
    usable = counts[classes] >= 3
    if len(np.unique(classes[usable])) < 2:
        return ()
    kept = np.flatnonzero(usable).tolist()
    folds = fold_numbers(classes[kept], [groups[place] for place in kept])
    found = [_shortcut(row, [images[place] for place in kept], classes[kept], names, folds) for row in PROPERTIES]
    return tuple(sorted(found, key=lambda each: -each.score))  # stable: equals stay in the table's order


def _shortcut(
    row: Property, images: Sequence[ImageFacts], classes: NDArray[np.int64], names: Sequence[str],
    folds: NDArray[np.int64],
) -> Shortcut:  # fmt: skip
    values = np.array([[row.value(image)] for image in images])
    right = _held_out_answers(values, classes, folds) == classes
    recall = {names[index]: float(right[classes == index].mean()) for index in np.unique(classes)}
    chance = 1 / len(recall)
    score = (float(np.mean(list(recall.values()))) - chance) / (1 - chance)
    labels = [names[index] for index in classes]
    return Shortcut(row, round(min(1.0, max(0.0, score)), 2), recall, _typical(row, images, labels, recall))


def _held_out_answers(
    values: NDArray[np.float64], classes: NDArray[np.int64], folds: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The class that a decision tree grown on the other folds names, for each image."""
    answers = np.full(len(classes), -1, np.int64)
    if len(np.unique(values)) == 1:
        answers[:] = classes[0]
        return answers
    leaf = int(max(1, min(_SMALLEST_LEAF, np.bincount(classes)[np.unique(classes)].min() // 2)))
    for fold in np.unique(folds):
        seen, held = folds != fold, folds == fold
        if not seen.any():
            continue
        tree = DecisionTreeClassifier(
            min_samples_leaf=leaf,
            max_leaf_nodes=_LEAVES * len(np.unique(classes)),
            class_weight="balanced",
            random_state=0,
        )
        answers[held] = tree.fit(values[seen], classes[seen]).predict(values[held])
    return answers


def _typical(
    row: Property, images: Sequence[ImageFacts], labels: Sequence[str], recall: dict[str, float]
) -> tuple[tuple[str, str, int, int], ...]:
    found = []
    for name in sorted(recall, key=lambda each: -recall[each]):
        shown = [row.shown(image) for image, label in zip(images, labels, strict=True) if label == name]
        value, count = max(((each, shown.count(each)) for each in set(shown)), key=lambda pair: (pair[1], pair[0]))
        found.append((name, value, count, len(shown)))
    return tuple(found)
