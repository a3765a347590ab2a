"""Refuses Keras files whose layers run code of their own, before anything in them is brought to life.

Keras's safe mode was bypassed more than once, so the model's configuration is read as plain JSON first.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import EdgewrightError

CODE_LAYERS = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})


def refuse_code_layers(path: Path) -> None:
    """Checks a .keras file.

    Raises:
        EdgewrightError: it is no .keras file, or has such a layer.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise EdgewrightError(f"{path} is no .keras file: {error}") from error
    refuse_code_layers_in(config, path)


def refuse_code_layers_in(config: Any, path: Path) -> None:
    """Checks a model's configuration, as Keras writes it.

    Raises:
        EdgewrightError: it names such a layer.
    """
    found = sorted({name for name in _class_names(config) if name in CODE_LAYERS})
    if found:
        raise EdgewrightError(
            f"{path} has {', '.join(found)} layer(s), which run code stored in the file; "
            f"rebuild the model with ordinary layers"
        )


def _class_names(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        name = config.get("class_name")
        if isinstance(name, str):
            yield name.rsplit(">", maxsplit=1)[-1]
        for value in config.values():
            yield from _class_names(value)
    elif isinstance(config, list):
        for value in config:
            yield from _class_names(value)
