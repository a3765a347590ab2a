"""Data sets: their images, labels and splits."""

from .classes import TooFewImagesError
from .read import check_some_known, list_files, read_dataset, read_images, read_perhaps_unlabelled, read_unlabelled
from .split import split_dataset
from .types import Dataset, LabelledImage, ListedFile, RejectedFile, UnlabelledError
from .unlabelled import list_unlabelled

__all__ = [
    "Dataset",
    "LabelledImage",
    "ListedFile",
    "RejectedFile",
    "TooFewImagesError",
    "UnlabelledError",
    "check_some_known",
    "list_files",
    "list_unlabelled",
    "read_dataset",
    "read_images",
    "read_perhaps_unlabelled",
    "read_unlabelled",
    "split_dataset",
]
