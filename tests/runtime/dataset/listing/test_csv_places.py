"""Names in a CSV file are found where people put the files, and completed where they lack their ending."""

from pathlib import Path

import pytest

from edgewright_runtime.dataset.listing.csv_places import NamedTwiceError, Places


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("own.jpg", "images/beside.jpg", "table/of_its_name.png", "images/twice.jpg", "images/twice.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_files_are_looked_for_beside_the_table_and_in_the_usual_folders(folder):
    places = Places(folder / "table.csv")
    assert places.find("own.jpg") == str(folder / "own.jpg")
    assert places.used == set()
    assert places.find("beside.jpg") == str(folder / "images" / "beside.jpg")
    assert places.find("of_its_name.png") == str(folder / "table" / "of_its_name.png")
    assert places.used == {folder / "images", folder / "table"}


def test_name_without_its_ending_is_completed_and_counted(folder):
    places = Places(folder / "table.csv")
    assert places.find("beside") == str(folder / "images" / "beside.jpg")
    assert places.endings == 1


def test_name_that_two_files_have_is_refused_with_both(folder):
    with pytest.raises(NamedTwiceError, match=r"twice\.jpg and twice\.png in .*images both have that name"):
        Places(folder / "table.csv").find("twice")


@pytest.mark.parametrize("name", ["gone.jpg", "gone", "a\0b", "x" * 5000, ""])
def test_what_is_no_file_is_not_found(folder, name):
    assert Places(folder / "table.csv").find(name) is None
