"""The images that a conversion looks at: of a run's splits or without labels; never a test image, never random data.

In: a run folder with its `splits.csv`, or a folder or list of images. Out: the `RepresentativeDataset` that INT8 takes
its ranges from, the `ValidationImages` that files are compared on while they are made, and `SmokeImages` to try a
finished file on; all of them raw pixels, uint8 of shape (n, height, width, channels).
"""

from .class_coverage import ClassCoverage, coverage_of
from .distribution_shift import DistributionShift, measured_shift
from .representative_dataset import RepresentativeDataset, read_representative_dataset
from .smoke_images import SmokeImages, read_smoke_images
from .validation_images import ValidationImages, read_validation_images

__all__ = [
    "ClassCoverage",
    "DistributionShift",
    "RepresentativeDataset",
    "SmokeImages",
    "ValidationImages",
    "coverage_of",
    "measured_shift",
    "read_representative_dataset",
    "read_smoke_images",
    "read_validation_images",
]
