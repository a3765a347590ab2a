"""The TFLite metadata of an image classifier: what programs such as MediaPipe Tasks read from inside a .tflite file.

Field ids and enumerations are those of `metadata_schema.fbs`, schema version 1.5.0, as MediaPipe and tflite-support
publish it (https://github.com/google-ai-edge/mediapipe/blob/master/mediapipe/tasks/metadata/metadata_schema.fbs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edgewright_runtime.preprocessing import Preprocessing

from ..tensor_names import INPUT_NAME, OUTPUT_NAME
from .flatbuffer_tables import Byte, Field, Table, UInt, flatbuffer_from_table

LABELS_FILE = "labels.txt"
CONTRACT_FILE = "preprocessing.json"

_IDENTIFIER = b"M001"
_MIN_PARSER_VERSION = "1.0.0"
"""Nothing below is newer than the first schema."""

_DESCRIPTIONS, _TENSOR_AXIS_LABELS = Byte(1), Byte(2)
_RGB, _GRAYSCALE = Byte(1), Byte(2)
_FEATURE_PROPERTIES, _IMAGE_PROPERTIES = Byte(1), Byte(2)
_NORMALIZATION_OPTIONS = Byte(1)

_LISTED = 10


@dataclass(frozen=True)
class ModelCard:
    """What people should know of a model.

    Attributes:
        name: for people.
        version: of the model, in its maker's own counting.
        licence: that it is passed on under.
    """

    name: str
    version: str
    licence: str


def metadata_of(card: ModelCard, contract: Preprocessing, labels: tuple[str, ...]) -> bytes:
    """The metadata flatbuffer (identifier M001) of a model with one image as input and one probability per label."""
    graph = Table({0: card.name, 2: (_pixels(contract),), 3: (_probabilities(),)})
    root: dict[int, Field] = {
        0: card.name,
        1: _description(contract, labels),
        2: card.version,
        3: (graph,),
        5: card.licence,
        6: (_file(CONTRACT_FILE, "How an image file becomes the input: Edgewright's contract.", _DESCRIPTIONS),),
        7: _MIN_PARSER_VERSION,
    }
    return flatbuffer_from_table(Table(root), _IDENTIFIER)


def associated_files(contract: Preprocessing, labels: tuple[str, ...]) -> Mapping[str, bytes]:
    """The files that the metadata names, by name, with the content that they have in a run folder."""
    return {
        LABELS_FILE: "".join(f"{label}\n" for label in labels).encode(),
        CONTRACT_FILE: (json.dumps(contract.to_dict(), indent=2, ensure_ascii=False) + "\n").encode(),
    }


def _pixels(contract: Preprocessing) -> Table:
    size = Table({0: UInt(contract.width), 1: UInt(contract.height)})
    image = Table({0: _RGB if contract.channels == 3 else _GRAYSCALE, 1: size})
    return Table(
        {
            0: INPUT_NAME,
            1: "Pixel values from 0 to 255 as they are; the graph normalises them.",
            3: Table({0: _IMAGE_PROPERTIES, 1: image}),
            4: (Table({0: _NORMALIZATION_OPTIONS, 1: _nothing_to_normalise()}),),
            5: Table({0: (255.0,), 1: (0.0,)}),
        }
    )


def _nothing_to_normalise() -> Table:
    """Mean 0 and standard deviation 1: readers compute (pixel - mean) / std, and the model wants the pixel.

    A full-integer model has the same: its readers quantize afterwards, by a scale of 1 and a zero point of 0.
    """
    return Table({0: (0.0,), 1: (1.0,)})


def _probabilities() -> Table:
    return Table(
        {
            0: OUTPUT_NAME,
            1: "One probability per label.",
            3: Table({0: _FEATURE_PROPERTIES, 1: Table({})}),
            5: Table({0: (1.0,), 1: (0.0,)}),
            6: (_file(LABELS_FILE, "One label per line, in the order of the probabilities.", _TENSOR_AXIS_LABELS),),
        }
    )


def _file(name: str, description: str, kind: Byte) -> Table:
    return Table({0: name, 1: description, 2: kind})


def _description(contract: Preprocessing, labels: tuple[str, ...]) -> str:
    more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
    return (
        f"Image classifier with {len(labels)} classes ({', '.join(labels[:_LISTED])}{more}). Takes {contract.width} x "
        f"{contract.height} {contract.colour_mode} pixels, 0 to 255, and gives a probability per class. "
        f"{CONTRACT_FILE} says how an image file becomes these pixels.{_threshold(contract)}"
    )


def _threshold(contract: Preprocessing) -> str:
    """What the probabilities of a model with a threshold of its own are."""
    threshold = contract.decision_threshold
    if threshold in {None, 0.5}:
        return ""
    return f" The model's own threshold of {threshold:g} was moved to 0.5, and the probabilities with it."
