"""Computes facts/NAME.json when a row is new or changed: `python -m edgewright_train.network.fact_making NAME ...`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from .backbones import Backbone, backbone_named
from .cost import multiply_adds, parameters
from .facts import FOLDER, Facts, hash_of_shapes
from .network import backbone_model


def made_facts(row: Backbone, alpha: float) -> Facts:
    """The facts of this width, of the backbone as Keras builds it."""
    size = row.native_size
    model = backbone_model(row, keras.Input((size, size, 3)), alpha=alpha)
    return Facts(parameters(model), multiply_adds(model), hash_of_shapes(_kernel_shapes(model)))


def _kernel_shapes(model: Any) -> Counter[tuple[int, ...]]:
    return Counter(tuple(weight.shape) for weight in model.weights if len(weight.shape) == 4)


def main(names: list[str]) -> None:
    """Writes the facts of the backbones of these names."""
    for name in names:
        row = backbone_named(name)
        table = {str(alpha): asdict(made_facts(row, alpha)) for alpha in row.alphas}
        path = Path(__file__).parent / FOLDER / f"{name}.json"
        path.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
