"""The run folder: where every stage finds what the last one made, and leaves its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import EdgewrightError
from ..suggestion import quoted
from .formats import FORMATS, REFERENCE_FORMATS, Format, format_named

_MADE_FROM_FORMATS = ("accuracy.json", "latency.json", "explain", "report")


@dataclass(frozen=True)
class RunFolder:
    """Names of the files in a run folder (see docs/reference/run-folder.md)."""

    path: Path

    @property
    def model(self) -> Path:
        """The float reference as a Keras file."""
        return self.path / "model.keras"

    @property
    def saved_model(self) -> Path:
        """The float reference as a SavedModel folder, for the converters."""
        return self.path / "saved_model"

    @property
    def labels(self) -> Path:
        """One label per line; the line number is the class index."""
        return self.path / "labels.txt"

    @property
    def preprocessing(self) -> Path:
        """The contract between files and pixels."""
        return self.path / "preprocessing.json"

    @property
    def splits(self) -> Path:
        """Which image is in which split, with its hash."""
        return self.path / "splits.csv"

    @property
    def metrics(self) -> Path:
        """The float model's scores."""
        return self.path / "metrics.json"

    @property
    def history(self) -> Path:
        """Loss and accuracy per epoch."""
        return self.path / "history.csv"

    @property
    def plots(self) -> Path:
        """Folder of pictures."""
        return self.path / "plots"

    @property
    def temperature(self) -> Path:
        """What the float model's logits are divided by where its probabilities are to be true."""
        return self.path / "temperature.json"

    @property
    def report(self) -> Path:
        """The page that shows how good the float model is."""
        return self.path / "report.html"

    @property
    def accuracy(self) -> Path:
        """How each format compares with the float model."""
        return self.path / "accuracy.json"

    @property
    def latency(self) -> Path:
        """How fast each format is here."""
        return self.path / "latency.json"

    @property
    def manifest(self) -> Path:
        """Hash and origin of every artefact."""
        return self.path / "manifest.json"

    def file_of(self, format_name: str) -> Path:
        """Where the file of that format lies.

        Raises:
            EdgewrightError: no such format.
        """
        return self.path / format_named(format_name).path

    def present(self) -> tuple[Format, ...]:
        """The formats whose file is there, in the order of the table."""
        return tuple(row for row in FORMATS if (self.path / row.path).exists())

    def remove_derived(self) -> tuple[str, ...]:
        """Takes away what other stages made from an older float model (converted files, their figures); its names."""
        import shutil  # here, for no board needs it

        folders = {row.path.split("/")[0] for row in FORMATS if row.name not in REFERENCE_FORMATS}
        removed = []
        for name in sorted(folders | set(_MADE_FROM_FORMATS)):
            path = self.path / name
            if path.is_dir():
                removed.append(f"{name}/")
                shutil.rmtree(path)
            elif path.exists():
                removed.append(name)
                path.unlink()
        return tuple(removed)

    def imported_finished(self) -> Format | None:
        """The file that was made elsewhere and is run as it is; None where the run has a float model of its own."""
        from .manifest import read_manifest  # it reads with msgspec, which no board needs to label an image

        present = self.present()
        if not present or present[0].name in REFERENCE_FORMATS or not self.manifest.is_file():
            return None
        entry = read_manifest(self.path).artefacts.get(present[0].path)
        return present[0] if entry is not None and entry.stage == "import" else None

    def reference(self) -> Format:
        """The float model that this run's formats are compared with, or the file that was imported finished.

        Raises:
            EdgewrightError: the folder holds neither.
        """
        for name in REFERENCE_FORMATS:
            if self.file_of(name).exists():
                return format_named(name)
        imported = self.imported_finished()
        if imported is not None:
            return imported
        raise EdgewrightError(
            f"{self.path} holds no float model (model.keras or saved_model/); train one with: "
            f"edgewright train DATA --recipe NAME --out {quoted(self.path)}"
        )


def lone_model(path: Path) -> Path | None:
    """The one model file in a folder that holds no run's formats, whatever it is called; None where there is none.

    Raises:
        EdgewrightError: it holds several.
    """
    if not path.is_dir() or RunFolder(path).present():
        return None
    suffixes = {Path(row.path).suffix for row in FORMATS} - {""}
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in suffixes and file.is_file())
    if len(found) > 1:
        raise EdgewrightError(f"{path} holds {len(found)} model files, such as {found[0].name}; name one of them")
    return found[0] if found else None


def bare_model(path: Path) -> Path | None:
    """The model at `path` where that is no run folder: a file, a SavedModel, or a folder with one file in it.

    Raises:
        EdgewrightError: the folder holds several.
    """
    if path.is_file() or (path / "saved_model.pb").is_file():
        return path
    return lone_model(path)


def open_run(path: str | Path) -> RunFolder:
    """The run folder at `path`.

    Raises:
        EdgewrightError: it is not there, or holds no contract and labels.
    """
    run = RunFolder(Path(path))
    if not run.path.is_dir():
        raise EdgewrightError(
            f"No run folder at {run.path}; train one with: edgewright train DATA --recipe NAME --out {quoted(run.path)}"
        )
    for needed in (run.preprocessing, run.labels):
        if not needed.is_file():
            raise EdgewrightError(
                f"{run.path} is not a run folder: it holds no {needed.name}; give the folder that `edgewright train` "
                f"or `edgewright convert MODEL --out` wrote"
            )
    return run
