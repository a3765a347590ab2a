"""Data sets: their images, labels and splits."""

from .classes import TooFewImagesError
from .read import read_dataset, read_images
from .split import split_dataset
from .types import Dataset, LabelledImage, RejectedFile

__all__ = [
    "Dataset",
    "LabelledImage",
    "RejectedFile",
    "TooFewImagesError",
    "read_dataset",
    "read_images",
    "split_dataset",
]
