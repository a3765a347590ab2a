"""The run folder: names of its files, their manifest, splits, labels and formats.

In: a path. Out: a `RunFolder`, whose files are listed in `manifest.json` and compared with it before they are used.
What is here is loaded by whoever loads a model; `splits.py`, which a board does not need, is not among it.
"""

from .formats import FORMATS, Format, format_named, format_names
from .labels import read_labels, write_labels
from .manifest import Artefact, Manifest, add_artefacts, describe, read_manifest, verify
from .run_folder import RunFolder, open_run

__all__ = [
    "FORMATS",
    "Artefact",
    "Format",
    "Manifest",
    "RunFolder",
    "add_artefacts",
    "describe",
    "format_named",
    "format_names",
    "open_run",
    "read_labels",
    "read_manifest",
    "verify",
    "write_labels",
]
