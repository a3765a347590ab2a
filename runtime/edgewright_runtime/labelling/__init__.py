"""Many images, each labelled once.

In: sources, from which paths come one by one, and a model. Out: a row per image, in the order of the sources, as they
come; to a stream, or to a file that a killed run leaves so that the next one goes on from it.
"""

from .row import Row
from .row_file import RowFile
from .sources import image_paths
from .workers import rows_of_images
from .writers import FORMS, writer_named

__all__ = ["FORMS", "Row", "RowFile", "image_paths", "rows_of_images", "writer_named"]
