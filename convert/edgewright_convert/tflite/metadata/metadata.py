"""The TFLite metadata of an image classifier: what programs such as MediaPipe Tasks read from inside a .tflite file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edgewright_runtime.preprocessing import Preprocessing

from ...tensor_names import INPUT_NAME, OUTPUT_NAME
from . import metadata_schema as schema
from .flatbuffer_tables import Table, flatbuffer_from_table

LABELS_FILE = "labels.txt"
CONTRACT_FILE = "preprocessing.json"

_MIN_PARSER_VERSION = "1.0.0"
"""Nothing below is newer than the first schema."""

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
    graph = schema.SUB_GRAPH_METADATA.of(
        name=card.name,
        input_tensor_metadata=(_pixels(contract),),
        output_tensor_metadata=(_probabilities(),),
    )
    how = _file(
        CONTRACT_FILE,
        "How an image file becomes the input: Edgewright's contract.",
        schema.AssociatedFileType.DESCRIPTIONS,
    )
    root = schema.MODEL_METADATA.of(
        name=card.name,
        description=_description(contract, labels),
        version=card.version,
        subgraph_metadata=(graph,),
        license=card.licence,
        associated_files=(how,),
        min_parser_version=_MIN_PARSER_VERSION,
    )
    return flatbuffer_from_table(root, schema.IDENTIFIER)


def associated_files(contract: Preprocessing, labels: tuple[str, ...]) -> Mapping[str, bytes]:
    """The files that the metadata names, by name, with the content that they have in a run folder."""
    return {
        LABELS_FILE: "".join(f"{label}\n" for label in labels).encode(),
        CONTRACT_FILE: (json.dumps(contract.to_dict(), indent=2, ensure_ascii=False) + "\n").encode(),
    }


def _pixels(contract: Preprocessing) -> Table:
    colours = schema.ColorSpaceType.RGB if contract.channels == 3 else schema.ColorSpaceType.GRAYSCALE
    size = schema.IMAGE_SIZE.of(width=contract.width, height=contract.height)
    image = schema.IMAGE_PROPERTIES.of(color_space=colours, default_size=size)
    return schema.TENSOR_METADATA.of(
        name=INPUT_NAME,
        description="Pixel values from 0 to 255 as they are; the graph normalises them.",
        content=_content(schema.ContentProperties.ImageProperties, image),
        process_units=(_nothing_to_normalise(),),
        stats=schema.STATS.of(max=(255.0,), min=(0.0,)),
    )


def _nothing_to_normalise() -> Table:
    """Mean 0 and standard deviation 1: readers compute (pixel - mean) / std, and the model wants the pixel.

    A full-integer model has the same: its readers quantize afterwards, by a scale of 1 and a zero point of 0.
    """
    return schema.PROCESS_UNIT.of(
        options_type=schema.ProcessUnitOptions.NormalizationOptions,
        options=schema.NORMALIZATION_OPTIONS.of(mean=(0.0,), std=(1.0,)),
    )


def _probabilities() -> Table:
    labels = _file(
        LABELS_FILE,
        "One label per line, in the order of the probabilities.",
        schema.AssociatedFileType.TENSOR_AXIS_LABELS,
    )
    return schema.TENSOR_METADATA.of(
        name=OUTPUT_NAME,
        description="One probability per label.",
        content=_content(schema.ContentProperties.FeatureProperties, schema.FEATURE_PROPERTIES.of()),
        stats=schema.STATS.of(max=(1.0,), min=(0.0,)),
        associated_files=(labels,),
    )


def _content(kind: schema.ContentProperties, properties: Table) -> Table:
    return schema.CONTENT.of(content_properties_type=kind, content_properties=properties)


def _file(name: str, description: str, kind: schema.AssociatedFileType) -> Table:
    return schema.ASSOCIATED_FILE.of(name=name, description=description, type=kind)


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
