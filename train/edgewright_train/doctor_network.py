"""The part of the doctor's examination that needs TensorFlow: a recipe's network, or a model that is given."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder

from .data.pixels import decoded
from .diagnosis import Diagnosis, examined
from .diagnosis.data.seen import DataSeen
from .diagnosis.network.given_model import ModelSeen
from .diagnosis.network.rates import RangeTest, range_tests
from .diagnosis.network.seen import NetworkSeen
from .diagnosis.tables import model_checks, network_checks
from .network import StartingWeights, backbone_named
from .network.network import build_network
from .session import memory_explained, prepare_session

_MOST = 600


def examine_network(
    seen: DataSeen, start: StartingWeights, *, seed: int, reporter: Reporter
) -> tuple[Diagnosis, tuple[RangeTest, ...]]:
    """What is wrong with the network that the recipe makes, and the range tests of its learning rates.

    Raises:
        EdgewrightError: the weights do not load, or the memory does not suffice.
    """
    prepare_session(deterministic=False)
    recipe = seen.recipe
    with memory_explained(recipe):
        keras.utils.set_random_seed(seed)
        network = build_network(
            backbone_named(recipe.backbone),
            start,
            contract=recipe.preprocessing(),
            classes=len(seen.dataset.labels),
            head=recipe.head,
            activation=recipe.activation,
        )
        subject = NetworkSeen(
            network,
            recipe,
            start.path is None,
            seen.pixels,
            seen.dataset.class_names,
            [row.path for row in seen.looked_at],
        )
        return examined(subject, network_checks(), reporter=reporter), _rates(subject)


def _rates(subject: NetworkSeen) -> tuple[RangeTest, ...]:
    try:
        return range_tests(subject)
    except Exception:  # the check has said so
        return ()


def examine_model(path: Path, seen: DataSeen, *, reporter: Reporter) -> Diagnosis:
    """What is wrong with a trained classifier for the data set.

    Args:
        path: a run folder, or a Keras file.
        seen: the data set.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: the model cannot be loaded, or does not take images.
    """
    prepare_session(deterministic=False)
    model = _loaded(RunFolder(path).model if path.is_dir() else path)
    height, width = _side(model, path, seen.recipe.input_size)
    rows = [seen.looked_at[place] for place in np.random.default_rng(0).permutation(len(seen.looked_at))[:_MOST]]
    contract = type(seen.recipe.preprocessing())(height=height, width=width)
    with decoded(rows, labels=seen.dataset.labels, contract=contract, out=path) as pixels:
        images = np.asarray(pixels.values, np.float32)
        subject = ModelSeen(model, images, pixels.classes, seen.dataset.class_names)
        return examined(subject, model_checks(), reporter=reporter)


def _loaded(path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the optimizer's state is of no interest here
            return keras.models.load_model(path)
    except Exception as error:  # Keras raises many kinds
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise EdgewrightError(f"Cannot load the model {path}: {reason}; give a run folder or a .keras file") from error


def _side(model: Any, path: Path, otherwise: int) -> tuple[int, int]:
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4 or shape[-1] != 3:
        raise EdgewrightError(f"The model {path} takes {shape}, and the doctor looks at models of RGB images")
    return shape[1] or otherwise, shape[2] or otherwise
