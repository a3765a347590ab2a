"""The part of the TFLite metadata schema that Edgewright writes: each table with its fields in the schema's order.

This is `metadata_schema.fbs`, version 1.5.0, as MediaPipe and tflite-support publish it
(https://github.com/google-ai-edge/mediapipe/blob/master/mediapipe/tasks/metadata/metadata_schema.fbs). Its generated
classes come only with packages that do not belong beside a converter (docs/decisions/0012-metadata-schema.md), so the
names stand here, and `make test-mediapipe` compares every number with those classes.

A field's number is its place in its table, where a union counts twice: first its kind, then its content. Fields behind
the last one that is written are left out.
"""

from __future__ import annotations

from enum import IntEnum

from .flatbuffer_tables import TableType

IDENTIFIER = b"M001"


class AssociatedFileType(IntEnum):
    """What a file beside the model is for."""

    DESCRIPTIONS = 1
    TENSOR_AXIS_LABELS = 2


class ColorSpaceType(IntEnum):
    """What an image's channels are."""

    RGB = 1
    GRAYSCALE = 2


class ContentProperties(IntEnum):
    """The kinds of the union in `CONTENT`: what a tensor holds."""

    FeatureProperties = 1
    ImageProperties = 2


class ProcessUnitOptions(IntEnum):
    """The kinds of the union in `PROCESS_UNIT`: what is done to a tensor before or after the model."""

    NormalizationOptions = 1


ASSOCIATED_FILE = TableType("AssociatedFile", ("name", "description", "type"))
FEATURE_PROPERTIES = TableType("FeatureProperties", ())
IMAGE_SIZE = TableType("ImageSize", ("width", "height"))
IMAGE_PROPERTIES = TableType("ImageProperties", ("color_space", "default_size"))
CONTENT = TableType("Content", ("content_properties_type", "content_properties"))
NORMALIZATION_OPTIONS = TableType("NormalizationOptions", ("mean", "std"))
PROCESS_UNIT = TableType("ProcessUnit", ("options_type", "options"))
STATS = TableType("Stats", ("max", "min"))
TENSOR_METADATA = TableType(
    "TensorMetadata",
    ("name", "description", "dimension_names", "content", "process_units", "stats", "associated_files"),
)
SUB_GRAPH_METADATA = TableType(
    "SubGraphMetadata", ("name", "description", "input_tensor_metadata", "output_tensor_metadata")
)
MODEL_METADATA = TableType(
    "ModelMetadata",
    (
        "name",
        "description",
        "version",
        "subgraph_metadata",
        "author",
        "license",
        "associated_files",
        "min_parser_version",
    ),
)

TABLES = (
    ASSOCIATED_FILE,
    FEATURE_PROPERTIES,
    IMAGE_SIZE,
    IMAGE_PROPERTIES,
    CONTENT,
    NORMALIZATION_OPTIONS,
    PROCESS_UNIT,
    STATS,
    TENSOR_METADATA,
    SUB_GRAPH_METADATA,
    MODEL_METADATA,
)
ENUMERATIONS = (AssociatedFileType, ColorSpaceType, ContentProperties, ProcessUnitOptions)
