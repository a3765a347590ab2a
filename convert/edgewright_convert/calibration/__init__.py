"""The images that a conversion looks at, drawn from a run's splits; never a test image, never random data.

In: a run folder with its `splits.csv`. Out: the `RepresentativeDataset` that INT8 takes its ranges from, the
`ValidationImages` that files are compared on while they are made, and `SmokeImages` to try a finished file on; all of
them raw pixels, uint8 of shape (n, height, width, channels).
"""

from .distribution_shift import DistributionShift, measured_shift
from .representative_dataset import RepresentativeDataset, read_representative_dataset
from .smoke_images import SmokeImages, read_smoke_images
from .validation_images import ValidationImages, read_validation_images

__all__ = [
    "DistributionShift",
    "RepresentativeDataset",
    "SmokeImages",
    "ValidationImages",
    "measured_shift",
    "read_representative_dataset",
    "read_smoke_images",
    "read_validation_images",
]
