"""The test images on a plane, near one another where the network finds them alike."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from ..pictures.figure import drawable_names, new_figure, png_of
from .gallery import Gallery
from .subject import Subject

_FEWEST, _MOST = 10, 1000  # images; t-SNE takes about 3 s for a thousand on two cores
_COMPONENTS = 50  # as van der Maaten and Hinton do before it
_NAMED_UP_TO = 20  # classes


def plane(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where each row of features lies, float32 of shape (n, 2); the same features give the same places.

    Source: van der Maaten and Hinton 2008, t-SNE, by scikit-learn, on the first principal components.
    """
    count = min(_COMPONENTS, *features.shape)
    reduced = PCA(count, random_state=0).fit_transform(features.astype(np.float64))
    perplexity = min(30.0, (len(features) - 1) / 3)
    # One thread: for so few images several wait for each other most of the time, and one gives the same places again.
    with threadpool_limits(1):
        places = TSNE(2, perplexity=perplexity, init="pca", random_state=0, max_iter=500).fit_transform(reduced)
    return np.asarray(places, dtype=np.float32)


def look(subject: Subject) -> Gallery | None:
    """The plane, each image a dot in its true class's colour, mistakes ringed; None for too few images."""
    chosen = np.arange(len(subject.features))
    if len(chosen) > _MOST:
        chosen = np.sort(np.random.default_rng(0).choice(chosen, _MOST, replace=False))
    features = subject.features[chosen]
    if len(chosen) < _FEWEST or features.shape[1] < 2 or not features.std(axis=0).any():
        return None
    meaning = (
        "Each dot is a test image; images with like features lie together (t-SNE: only neighbourhood means something, "
        "not distance). Rings are mistakes. Classes that run into each other are what the backbone cannot tell apart; "
        "a ring deep inside another class is often a wrong label."
    )
    return Gallery(
        "features", "How it sorts the test images (t-SNE)", meaning, plot=_drawn(subject, chosen, plane(features))
    )


def _drawn(subject: Subject, chosen: NDArray[np.int64], places: NDArray[np.float32]) -> bytes:
    classes, predicted = subject.predictions.classes[chosen], subject.predictions.predicted[chosen]
    figure = new_figure(7.0, 5.2)
    axes = figure.add_subplot()
    few = len(subject.names) <= _NAMED_UP_TO
    palette = mpl.colormaps["tab10" if len(subject.names) <= 10 else "tab20" if few else "hsv"]
    names = drawable_names(subject.names)
    for each in np.unique(classes):
        colour = palette(int(each)) if few else palette(each / len(subject.names))
        dots = axes.scatter(places[classes == each, 0], places[classes == each, 1], s=14, color=colour, linewidths=0)
        dots.set_label(names[each].lstrip("_"))
    wrong = classes != predicted
    rings = axes.scatter(places[wrong, 0], places[wrong, 1], s=52, facecolors="none", edgecolors="black")
    rings.set(label="mistakes", linewidth=0.8)
    axes.set_xticks([])
    axes.set_yticks([])
    if few:
        legend = figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize="x-small")
        for text in legend.get_texts():
            text.set_parse_math(False)
    return png_of(figure)
