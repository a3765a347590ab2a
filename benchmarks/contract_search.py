"""How many photographs lead to the right contract: by how often labels are right, and by how likely they are.

    python benchmarks/contract_search.py model.onnx --labels labels.txt --data photos/ --normalisation imagenet-torch

MODEL is a .tflite or .onnx file whose contract is known; photos/ has a folder for each class.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgewright_convert.importing.contract_search import Geometry, Known, Score, photographs_of
from edgewright_convert.importing.contract_search.candidates import values_to_try
from edgewright_convert.importing.contract_search.trial import Trial
from edgewright_convert.importing.label_lists import listed_labels
from edgewright_convert.importing.opening import bare_finished, opened_backend

DRAWS = 200
SIZES = (12, 20, 40, 60, 100)


def main() -> None:
    """Prints the share of draws that lead to the contract that is known, a line for each number of photographs."""
    given = _arguments()
    labels, _ = listed_labels(given.labels)
    model = bare_finished(given.model, opened_backend(given.model), size=None)
    photographs, _ = photographs_of(given.data, labels, labels_from=str(given.labels), at_most=given.photographs)
    images, offset = len(photographs.paths), model.outputs - len(labels)
    trial = Trial(model, photographs, on_step=lambda _: None)
    geometry = Geometry() if given.crop_fraction is None else Geometry("crop", given.crop_fraction)
    scores = [
        score
        for values in values_to_try(model.input, model.shape, Known())
        for score in trial.scores(values, geometry, [offset], images=images)
    ]
    place = next(at for at, score in enumerate(scores) if _name(score) == f"{given.normalisation} {given.order}")
    print(f"{images} photographs, {len(scores)} contracts, {scores[place].accuracy:.1%} right under the known one")
    for size in SIZES:
        if size <= images:
            by_accuracy, by_likelihood = (_share(scores, place, size, figure) for figure in (_right, _likely))
            print(f"{size:4} photographs: {by_accuracy:.2f} by accuracy, {by_likelihood:.2f} by likelihood")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--normalisation", required=True, help="The right one, by its name.")
    parser.add_argument("--order", default="RGB", choices=("RGB", "BGR"))
    parser.add_argument("--crop-fraction", type=float, help="Crop, rather than squash.")
    parser.add_argument("--photographs", type=int, default=200)
    return parser.parse_args()


def _name(score: Score) -> str:
    values = score.candidate.values
    return f"{values.normalisation.name} {values.channel_order}"


def _right(score: Score) -> NDArray[np.float64]:
    return np.asarray(score.right, np.float64)


def _likely(score: Score) -> NDArray[np.float64]:
    return np.asarray(score.log_likelihood, np.float64)


def _share(scores: list[Score], place: int, size: int, figure: Callable[[Score], NDArray[np.float64]]) -> float:
    """Of draws without replacement, how many have the greatest mean at `place`; equals share a draw."""
    figures, draw = np.array([figure(score) for score in scores]), np.random.default_rng(0)
    won = 0.0
    for _ in range(DRAWS):
        means = figures[:, draw.choice(figures.shape[1], size, replace=False)].mean(axis=1)
        best = np.flatnonzero(means >= means.max() - 1e-12)
        won += (place in best) / len(best)
    return won / DRAWS


if __name__ == "__main__":
    main()
