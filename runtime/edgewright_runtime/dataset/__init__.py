"""Data sets: their images, labels and splits."""

from .caveats import caveats_of
from .facts import Dataset, LabelledImage, RejectedFile
from .read import list_files, read_dataset, read_images
from .split import split_dataset

__all__ = [
    "Dataset",
    "LabelledImage",
    "RejectedFile",
    "caveats_of",
    "list_files",
    "read_dataset",
    "read_images",
    "split_dataset",
]
