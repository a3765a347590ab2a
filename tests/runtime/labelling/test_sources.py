"""Images from files, folders, patterns and standard input, one by one and in a fixed order."""

import io

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.labelling.sources import image_paths, video_paths


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b/2.jpg",
        "b/1.PNG",
        "a/Ü b.jpg",
        "a/deep/3.webp",
        "0.jpg",
        "a/notes.txt",
        ".hidden/4.jpg",
        "b/.5.jpg",
    ):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "photos"


def found(*sources, text=""):
    return list(image_paths(map(str, sources), standard_input=io.StringIO(text)))


def test_folder_gives_its_images_sorted_to_its_depths(folder):
    names = ["0.jpg", "a/Ü b.jpg", "a/deep/3.webp", "b/1.PNG", "b/2.jpg"]

    assert found(folder) == [str(folder / name) for name in names]


def test_file_is_taken_whatever_its_name_and_whether_or_not_it_is_there(folder):
    assert found(folder / "a/notes.txt", folder / "gone.jpg") == [str(folder / "a/notes.txt"), str(folder / "gone.jpg")]


def test_pattern_reaches_below(folder):
    assert found(folder / "**" / "*.jpg") == sorted(str(folder / name) for name in ("0.jpg", "a/Ü b.jpg", "b/2.jpg"))


def test_pattern_that_matches_nothing_is_refused(folder):
    with pytest.raises(EdgewrightError, match=r"No file matches .*gif; a pattern of all files below a folder is"):
        found(folder / "*.gif")


def test_file_with_the_signs_of_a_pattern_in_its_name_is_that_file(folder):
    odd = folder / "[1]*.jpg"
    odd.write_bytes(b"")

    assert found(odd) == [str(odd)]


def test_standard_input_gives_a_path_per_line(folder):
    assert found("-", folder / "0.jpg", text="one.jpg\r\n\ntwo .jpg\n") == [
        "one.jpg",
        "two .jpg",
        str(folder / "0.jpg"),
    ]


def test_links_are_followed_but_not_in_circles(folder):
    (folder / "b" / "again").symlink_to(folder)

    assert len(found(folder)) == 5


def test_videos_are_files_whether_or_not_they_are_there_and_patterns(tmp_path):
    for name in ("b.mp4", "a.mp4", "[1].mp4"):
        (tmp_path / name).write_bytes(b"")
    given = [tmp_path / "?.mp4", tmp_path / "[1].mp4", tmp_path / "gone.mp4"]
    names = ["a.mp4", "b.mp4", "[1].mp4", "gone.mp4"]
    assert list(video_paths(map(str, given))) == [str(tmp_path / name) for name in names]
    with pytest.raises(EdgewrightError, match=r"No file matches .*mov; .* is '.*/\*\*/\*\.mov'"):
        list(video_paths([str(tmp_path / "*.mov")]))
