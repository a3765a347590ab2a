"""Images are found in folders and lists, whatever their labels."""

from pathlib import Path

import pytest

from edgewright_runtime.dataset.unlabelled import list_unlabelled
from edgewright_runtime.errors import EdgewrightError


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with three images and what is none; they are not opened."""
    for name in ("b.jpg", "deep/er/a.PNG", "deep/c.webp", "deep/notes.txt", ".hidden.jpg"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "photos"


def names(source: Path) -> list[str]:
    return [Path(file.path).name for file in list_unlabelled(source).files]


def test_a_folder_is_searched_to_its_depths(photos):
    assert names(photos) == ["b.jpg", "c.webp", "a.PNG"]
    assert {file.label for file in list_unlabelled(photos).files} == {""}


def test_a_list_names_one_path_per_line_from_its_own_folder_on(photos, tmp_path):
    (tmp_path / "list.txt").write_text(f"photos/b.jpg\n\n{photos / 'deep' / 'c.webp'}\r\nphotos/b.jpg\ngone.jpg\n")
    found = list_unlabelled(tmp_path / "list.txt")
    assert [Path(file.path) for file in found.files] == [photos / "b.jpg", photos / "deep" / "c.webp"]
    assert [(file.path, file.reason) for file in found.rejected] == [("gone.jpg", "there is no such file")]


@pytest.mark.parametrize(
    "text",
    ["filepath\nb.jpg\n", "label,filepath,split\nx,b.jpg,test\n", "Image;Colour;Size\nb.jpg;;3\n", "id,breed\nb,x\n"],
)
def test_of_a_csv_file_only_the_column_of_paths_matters(photos, text):
    (photos / "list.csv").write_text(text)
    assert names(photos / "list.csv") == ["b.jpg"]


def test_file_whose_name_is_not_utf8_is_left_out_by_name(photos):
    try:
        (photos / "caf\udce9.jpg").touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = list_unlabelled(photos)
    assert len(found.files) == 3
    assert [(file.path, file.reason) for file in found.rejected] == [
        (str(photos / "caf\\udce9.jpg"), "its name is not UTF-8")
    ]


def refusal(source: Path) -> str:
    with pytest.raises(EdgewrightError) as caught:
        list_unlabelled(source)
    return str(caught.value)


def test_what_is_neither_folder_nor_list_of_images_is_refused_in_one_sentence(photos, tmp_path):
    assert refusal(tmp_path / "gone").startswith(f"There are no images at {tmp_path / 'gone'}; give a folder")
    assert "is one image; give a folder" in refusal(photos / "b.jpg")
    (tmp_path / "empty").mkdir()
    assert f"{tmp_path / 'empty'} holds no image; give a folder" in refusal(tmp_path / "empty")
    (tmp_path / "list.txt").write_text("gone.jpg\n")
    assert "names no image; gone.jpg was left out: there is no such file; give" in refusal(tmp_path / "list.txt")
    (tmp_path / "model.bin").write_bytes(b"\xff\xfe\x00")
    assert "is no list of images (it is not UTF-8 text); give a text file with one path" in refusal(
        tmp_path / "model.bin"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour,size\nred,3\n", "no column that can be taken for 'filepath'"),
        ("filepath,label\n,x\n", "Line 2 of .* has no filepath; every row names one image"),
        ("filepath\n", "names no image"),
    ],
)
def test_csv_file_without_paths_is_refused(photos, text, sentence):
    (photos / "list.csv").write_text(text)
    with pytest.raises(EdgewrightError, match=sentence):
        list_unlabelled(photos / "list.csv")
