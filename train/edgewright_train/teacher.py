"""Who teaches: a trained classifier on the disk, what it takes in, and which of its outputs is which class.

TensorFlow is not imported here: a teacher of other classes is refused before any work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgewright_runtime.backends.keras_safety import refuse_code_layers
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import class_names, read_labels
from edgewright_runtime.run.manifest import verify
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow, read_splits
from edgewright_runtime.suggestion import named


@dataclass(frozen=True)
class TeacherFile:
    """A trained classifier that is to teach.

    Attributes:
        source: the run folder or file, as the user gave it.
        model: the .keras file.
        sha256: of it.
        labels: of its outputs, in their order; None where no labels.txt lies beside the file.
        contract: how a file becomes its input; None where no preprocessing.json lies beside the file.
    """

    source: str
    model: Path
    sha256: str
    labels: tuple[str, ...] | None
    contract: Preprocessing | None


def teacher_file(source: str) -> TeacherFile:
    """The teacher that a run folder or a .keras file is, with the labels and the contract that lie beside the model.

    Raises:
        EdgewrightError: there is no such model, it is not what its manifest says, its layers run code of their own, or
            it takes no pixels.
    """
    given = Path(source)
    model = RunFolder(given).model if given.is_dir() else given
    if not model.is_file():
        what = f"{given} holds no model.keras" if given.is_dir() else f"There is no model {given}"
        raise EdgewrightError(f"{what}; give a run folder or a .keras file to --teacher")
    verify(model)
    refuse_code_layers(model)
    beside = RunFolder(model.parent)
    contract = Preprocessing.load(beside.preprocessing) if beside.preprocessing.is_file() else None
    if contract is not None and not contract.takes_raw_pixels:
        raise EdgewrightError(
            f"The teacher {model} takes values that are normalised or reordered before they reach it, says "
            f"{beside.preprocessing}; edgewright import makes a run folder of it that takes pixels"
        )
    return TeacherFile(
        source,
        model,
        sha256_of_file(model),
        read_labels(beside.labels) if beside.labels.is_file() else None,
        contract,
    )


def outputs_of(teacher: TeacherFile, labels: Sequence[str]) -> tuple[int, ...]:
    """For each of the labels the place among the teacher's outputs; their own order where it has no labels.txt.

    Raises:
        EdgewrightError: the teacher's labels are others.
    """
    if teacher.labels is None:
        return tuple(range(len(labels)))
    mine, its = class_names(labels), class_names(teacher.labels)
    lacking, further = (sorted(set(one) - set(other)) for one, other in ((mine, its), (its, mine)))
    if lacking or further:
        parts = [f"lacks {named(lacking)}"] if lacking else []
        parts += [f"knows {named(further)} besides"] if further else []
        raise EdgewrightError(
            f"The teacher {teacher.source} has other classes than the data: it {' and '.join(parts)}; give a teacher "
            f"of the same classes, in any order"
        )
    return tuple(its.index(name) for name in mine)


def images_it_has_seen(teacher: TeacherFile, rows: Sequence[SplitRow]) -> int:
    """How many images held back here the teacher was trained on, by their contents; 0 where nothing tells."""
    splits = RunFolder(teacher.model.parent).splits
    if not splits.is_file():
        return 0
    seen = {row.sha256 for row in read_splits(splits) if row.split == "train"}
    return sum(row.split != "train" and row.sha256 in seen for row in rows)
