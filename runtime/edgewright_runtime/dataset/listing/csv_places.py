"""Where the files lie that a CSV file names, and by what ending where it leaves that out."""

from __future__ import annotations

from pathlib import Path

from .class_folders import is_image_name


class NamedTwiceError(Exception):
    """Several files have a name that was given without its ending."""


class Places:
    """Looks names up from a CSV file's folder, the working folder, and the folders beside it that are usual.

    Attributes:
        used: the folders beside the CSV file in which something was found.
        endings: how many names were completed by an ending.
    """

    def __init__(self, source: Path) -> None:
        beside = [source.parent / name for name in ("images", source.stem, f"{source.stem}_images")]
        self._roots = [source.parent, Path(), *(folder for folder in beside if folder.is_dir())]
        self._by_stem: dict[Path, dict[str, list[str]]] = {}
        self.used: set[Path] = set()
        self.endings = 0

    def find(self, name: str) -> str | None:
        """The path of that file; None where there is none.

        Raises:
            NamedTwiceError: the name lacks its ending, and several files there have it.
        """
        try:
            exact = next((root for root in self._roots if (root / name).is_file()), None)
            if exact is not None:
                return self._noted(exact, exact / name)
            return None if is_image_name(name) else self._completed(name)
        except (OSError, ValueError):  # a name too long for the file system, or with a null character
            return None

    def _completed(self, name: str) -> str | None:
        for root in self._roots:
            given = root / name
            found = self._stems(given.parent).get(given.name, [])
            if len(found) > 1:
                raise NamedTwiceError(f"{' and '.join(found[:2])} in {given.parent} both have that name")
            if found:
                self.endings += 1
                return self._noted(root, given.parent / found[0])
        return None

    def _stems(self, folder: Path) -> dict[str, list[str]]:
        """The image files in the folder by their name without its ending."""
        if folder not in self._by_stem:
            stems: dict[str, list[str]] = {}
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if is_image_name(path.name):
                    stems.setdefault(path.stem, []).append(path.name)
            self._by_stem[folder] = stems
        return self._by_stem[folder]

    def _noted(self, root: Path, path: Path) -> str:
        if root in self._roots[2:]:
            self.used.add(root)
        return str(path)
