"""The run folder: names of its files, their manifest, splits, labels and formats.

In: a path. Out: a `RunFolder`, whose files are listed in `manifest.json` and compared with it before they are used.
"""

from .formats import FORMATS, Format, format_named, format_names
from .labels import read_labels, write_labels
from .manifest import Artefact, Manifest, add_artefacts, describe, read_manifest, verify
from .run_folder import RunFolder, open_run
from .splits import SplitRow, read_splits, rows_of, write_splits

__all__ = [
    "FORMATS",
    "Artefact",
    "Format",
    "Manifest",
    "RunFolder",
    "SplitRow",
    "add_artefacts",
    "describe",
    "format_named",
    "format_names",
    "open_run",
    "read_labels",
    "read_manifest",
    "read_splits",
    "rows_of",
    "verify",
    "write_labels",
    "write_splits",
]
