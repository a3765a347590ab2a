"""Every file opened once: is it an image, of what size, with what content, and what does it look like."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import ImageReadError
from ..hashing import content_of
from ..preprocessing import Preprocessing
from ..preprocessing.decode import stored_size
from ..preprocessing.source import described
from .looks import is_large_enough, look_of
from .types import LabelledImage, ListedFile, RejectedFile

OnProgress = Callable[[int, int], None]
"""Called with the number of files looked at and the number of files in all."""

# Any contract decodes a file to its end. At this size a large JPEG is decoded at 1/8, which reads all of its data too.
_PROBE = Preprocessing(height=32, width=32)


def inspect_files(
    files: Sequence[ListedFile], *, on_progress: OnProgress | None = None
) -> tuple[list[LabelledImage], list[RejectedFile]]:
    """The files that are images, and those that are not with the reason; both in the order given."""
    images: list[LabelledImage] = []
    rejected: list[RejectedFile] = []
    # Pillow lets go of the interpreter lock while it decodes, so threads do run side by side.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for done, found in enumerate(pool.map(_inspect, files), start=1):
            if isinstance(found, LabelledImage):
                images.append(found)
            else:
                rejected.append(found)
            if on_progress is not None:
                on_progress(done, len(files))
    return images, rejected


def _inspect(file: ListedFile) -> LabelledImage | RejectedFile:
    if not file.is_utf8:
        return RejectedFile(file.path.encode("utf-8", "backslashreplace").decode(), "its name is not UTF-8")
    try:
        with content_of(Path(file.path)) as content:
            pixels = _PROBE.apply(content.source, name=described(file.path))
            width, height = stored_size(content.source)
        look = look_of(pixels) if is_large_enough(width, height) else b""
        return LabelledImage(file.path, file.label, content.sha256, file.split, width, height, look, file.group)
    except ImageReadError as error:
        return RejectedFile(file.path, of_it(str(error), described(file.path)))
    except OSError as error:
        return RejectedFile(file.path, f"it cannot be read: {error.strerror or error}; check the path")


def of_it(sentence: str, name: str) -> str:
    """What an error says of a file, for after its name: `it` where the sentence names the file again."""
    for start, instead in ((f"Cannot read {name}: ", "it cannot be read: "), (f"{name} ", "it ")):
        if sentence.startswith(start):
            return instead + sentence[len(start) :]
    return sentence
