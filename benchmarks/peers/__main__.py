"""A photo to its label: Edgewright, MediaPipe Tasks and the script that people write, in one run.

    python -m benchmarks.peers --run runs/flowers

MediaPipe is installed into environments of its own below build/. All contestants label each photo in turn, round after
round, with the run's INT8 .tflite file. The table that comes out is printed, and takes the place of the one in the file
that --write names. Exit status 1 if the labels differ, 2 if there is nothing to compare with.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from edgewright_runtime import Classifier, EdgewrightError

from .environments import python_with, version_in
from .photos import SIZES, Sizes, clear_photos, in_size
from .race import Contestant, Result, race
from .table import PEERS, markdown, written_into

_FORMAT = "tflite-int8"
_MEDIAPIPE = {"0.10.21": ("mediapipe==0.10.21", "numpy<2"), "current": ("mediapipe",)}


def main() -> int:
    """Runs the comparison and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="run folder with a tflite-int8 model")
    parser.add_argument("--photo", type=Path, action="append", default=[], help="may be repeated")
    parser.add_argument("--photos", type=int, default=3, help="how many of the run's own, where none is named")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--environments", type=Path, default=Path("build/peers"))
    parser.add_argument("--write", type=Path, help="Markdown file whose table is replaced")
    options = parser.parse_args()
    try:
        return _compared(options)
    except (EdgewrightError, RuntimeError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2


def _compared(options: argparse.Namespace) -> int:
    classifier = Classifier.open(options.run, format=_FORMAT)
    contestants = [*_ours(classifier.decoder.name == "fast"), *_mediapipe(options.environments)]
    with tempfile.TemporaryDirectory(prefix="edgewright-peers-") as name:
        sizes = _photos(options, classifier, Path(name))
        every = [photo for group in sizes.values() for photo in group]
        results = race(contestants, every, model=classifier.path, labels=_labels(options.run), rounds=options.rounds)
    text = markdown(results, sizes, command=f"make bench-peers RUN={options.run}", decoder=classifier.decoder.library)
    print(text)
    if options.write is not None:
        written_into(options.write, text, PEERS)
    return _report_labels(results, every)


def _photos(options: argparse.Namespace, classifier: Classifier, folder: Path) -> Sizes:
    if not options.photo:
        return clear_photos(options.run, classifier, folder, count=options.photos)
    return {size: [in_size(photo, side, folder) for photo in options.photo] for size, side in SIZES.items()}


def _ours(is_fast: bool) -> list[Contestant]:
    here = Path(sys.executable)
    rows = [("Edgewright, by Pillow alone", "edgewright-pillow")]
    if is_fast:
        rows = [
            ("**Edgewright**", "edgewright"),
            ("Edgewright, two threads for inference", "edgewright-two-threads"),
            *rows,
        ]
    else:
        print("The extra `fast` is not installed: only Pillow's figures follow.", file=sys.stderr)
    rows += [("scaled decode by Pillow and bare invoke", "floor"), ("Pillow and interpreter script", "script")]
    return [Contestant(title, name, here) for title, name in rows]


def _mediapipe(folder: Path) -> list[Contestant]:
    found = []
    for name, requirements in _MEDIAPIPE.items():
        try:
            python = python_with(folder.absolute() / f"mediapipe-{name}", *requirements)
        except RuntimeError as error:
            print(f"Left out: {error}", file=sys.stderr)
            continue
        found.append(Contestant(f"MediaPipe Tasks {version_in(python, 'mediapipe')}", "mediapipe", python))
    if not found:
        raise RuntimeError("MediaPipe cannot be installed here, so that there is nothing to compare with")
    return found


def _labels(run: Path) -> Path:
    return (run / "labels.txt").absolute()


def _report_labels(results: dict[str, dict[Path, Result]], photos: list[Path]) -> int:
    """1 where two contestants that give labels give different ones."""
    status = 0
    for photo in photos:
        labels = {title: row[photo].label for title, row in results.items() if row[photo].label}
        if len(set(labels.values())) != 1:
            print(f"{photo.name}: {', '.join(f'{title} says {each}' for title, each in labels.items())}")
            status = 1
    print(f"labels of {len(photos)} photos: {'they differ' if status else 'the same from all'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
