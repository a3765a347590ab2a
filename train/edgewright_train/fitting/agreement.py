"""What the workers of one training must have in common before it begins: what it is made from, and where it goes on."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from ..provenance import unlike
from .checkpoint import Checkpoint, CheckpointFolder, checkpoint_in
from .distribution import Distribution


def agreed(
    together: Distribution, made_from: Mapping[str, Any], folder: CheckpointFolder, *, resume: bool
) -> Checkpoint | None:
    """The unfinished training that the chief goes on with, in every process; None where it starts from the beginning.

    Args:
        together: who trains.
        made_from: what this process would make the training from.
        folder: of checkpoints; the chief's is read.
        resume: whether to go on; the chief decides for all.

    Raises:
        EdgewrightError: this process has other images, or was told something else, than the chief; or the chief is
            gone.
    """
    chiefs = json.loads(together.from_chief(json.dumps(made_from).encode()))
    found = unlike(json.loads(json.dumps(made_from)), chiefs, where="at the chief")
    if found and together.cluster is not None:
        raise EdgewrightError(
            f"{together.cluster.described()} was given something else than the chief ({named(found)}); give every "
            f"worker the same images, under the same names, and the same options"
        )
    content = together.from_chief(folder.content() if resume else b"")
    return checkpoint_in(io.BytesIO(content)) if content else None
