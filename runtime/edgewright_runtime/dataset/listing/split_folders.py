"""The files of a data set that is split already: `train/class/**/image`, and `val` and `test` likewise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import EdgewrightError
from ...run.splits import SPLITS
from ..classes import listing
from ..types import ListedFile, Listing, RejectedFile
from .class_folders import csv_hint, images_below, list_classes, loose, subfolders
from .split_names import in_words, split_named


def list_split_folders(
    source: Path, splits: Sequence[Path], *, beside: Sequence[Path], notes: tuple[str, ...]
) -> Listing:
    """The image files of every split, and what has no place in a data set.

    Args:
        source: the folder that holds the splits.
        splits: two folders or more whose names mean splits.
        beside: the other folders there.
        notes: what is to be said of the data set already.

    Raises:
        EdgewrightError: there is no `train`, two folders mean one split, images lie in a folder beside the splits, or a
            class has a folder in some splits only.
    """
    folder_of = _by_split(source, splits)
    rejected = _not_splits(source, splits, beside)
    unlabelled = {split for split, folder in folder_of.items() if split != "train" and not subfolders(folder)}
    rejected += [_unlabelled(folder_of.pop(split)) for split in sorted(unlabelled)]
    _check_classes(source, folder_of)
    files: list[ListedFile] = []
    for split, folder in folder_of.items():
        of_split, left_out = list_classes(folder, split=split if len(folder_of) > 1 else None)
        files.extend(of_split)
        rejected += left_out
    missing = {"val", "test"} - folder_of.keys()
    drawn = f"; {in_words(missing)} will be drawn from train" if missing else ""
    taken = f"{source} is split already: {', '.join(folder.name for folder in folder_of.values())} are kept as they are"
    if len(folder_of) == 1:
        taken = f"{source} has labelled images in {folder_of['train'].name} only"
    return Listing(
        tuple(sorted(files, key=lambda file: file.path)), tuple(rejected), source, (*notes, f"{taken}{drawn}.")
    )


def _by_split(source: Path, splits: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in splits:
        split = split_named(folder.name) or ""
        other = found.setdefault(split, folder)
        if other is not folder:
            raise EdgewrightError(
                f"{source} has the folders {other.name} and {folder.name}, which both mean {split}; make them one"
            )
    if "train" not in found:
        raise EdgewrightError(f"{source} has the splits {in_words(set(found))} but no train folder to learn from")
    return {split: found[split] for split in SPLITS if split in found}


def _not_splits(source: Path, splits: Sequence[Path], beside: Sequence[Path]) -> list[RejectedFile]:
    with_images = [folder.name for folder in beside if any(True for _ in images_below(folder))]
    if with_images:
        raise EdgewrightError(
            f"{source} holds {', '.join(folder.name for folder in splits)}, which look like splits, and beside them "
            f"images in {listing(with_images)}; take those away, or give a .csv file with the columns "
            f"filepath,label,split"
        )
    reason = "it lies beside the splits, so it is in none"
    stray = [RejectedFile(str(path), reason) for path in loose(source)]
    return stray + [RejectedFile(str(folder), "the folder holds no image") for folder in beside]


def _unlabelled(folder: Path) -> RejectedFile:
    return RejectedFile(str(folder), f"its {len(loose(folder))} image(s) lie in no class folder, so they have no label")


def _check_classes(source: Path, folder_of: Mapping[str, Path]) -> None:
    classes = {split: {one.name.strip() for one in subfolders(folder)} for split, folder in folder_of.items()}
    train = folder_of["train"]
    if not classes["train"]:
        raise EdgewrightError(
            f"{train} holds {len(loose(train))} image(s) but no class folder; put the images of each class in a folder "
            f"named after it{csv_hint(source)}"
        )
    for split, folder in folder_of.items():
        pairs = (train, folder, classes["train"] - classes[split]), (folder, train, classes[split] - classes["train"])
        for has, lacks, names in pairs:
            if names:
                raise EdgewrightError(
                    f"{has} has the class folder(s) {listing(sorted(names))}, which {lacks} lacks; every split needs a "
                    f"folder for every class, spelled alike (an empty one, where it has no image of the class)"
                )
