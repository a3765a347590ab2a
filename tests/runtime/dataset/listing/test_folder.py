"""A folder of classes becomes a data set, whatever else lies in it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgewright_runtime.dataset import read_dataset
from edgewright_runtime.errors import EdgewrightError


def photo(path: Path, number: int, *, size: tuple[int, int] = (20, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, quality=95)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for number in range(4):
        photo(tmp_path / "data" / "ripe" / f"{number}.jpg", number)
        photo(tmp_path / "data" / "green" / f"{number}.png", 100 + number)
    return tmp_path / "data"


def reasons(source: Path) -> dict[str, str]:
    return {Path(file.path).name: file.reason for file in read_dataset(source).rejected}


def test_images_have_label_hash_and_size(source):
    dataset = read_dataset(source)
    assert dataset.labels == ("green", "ripe")
    assert [Path(image.path).name for image in dataset.images] == [
        *(f"{n}.png" for n in range(4)),
        *(f"{n}.jpg" for n in range(4)),
    ]
    first = dataset.images[0]
    assert (first.label, first.split, len(first.sha256)) == ("green", None, 64)
    assert (first.width_px, first.height_px) == (20, 16)


def test_relative_paths_stay_relative_and_open_from_the_working_folder(source, monkeypatch):
    monkeypatch.chdir(source.parent)
    dataset = read_dataset(Path("data"))
    assert dataset.images[0].path == "data/green/0.png"


def test_images_in_folders_below_the_class_belong_to_it(source):
    photo(source / "ripe" / "farm 2" / "morning" / "x.jpeg", 50)
    assert read_dataset(source).count("ripe") == 5


def test_class_folders_may_be_symbolic_links_even_in_circles(source):
    (source.parent / "elsewhere").mkdir()
    (source / "ripe").rename(source.parent / "elsewhere" / "ripe")
    (source / "ripe").symlink_to(source.parent / "elsewhere" / "ripe")
    (source.parent / "elsewhere" / "ripe" / "again").symlink_to(source.parent / "elsewhere" / "ripe")
    assert read_dataset(source).count("ripe") == 4


def test_files_that_are_no_images_by_name_are_passed_over_in_silence(source):
    (source / "README.md").write_text("about")
    for name in (".DS_Store", "Thumbs.db", "notes.txt", ".hidden.jpg", "._ripe.jpg"):
        (source / "ripe" / name).write_bytes(b"x")
    photo(source / ".cache" / "a.jpg", 60)
    photo(source / "ripe" / ".thumbnails" / "a.jpg", 61)
    dataset = read_dataset(source)
    assert dataset.rejected == ()
    assert len(dataset.images) == 8


def test_images_of_kinds_that_are_not_read_are_named_with_the_way_out(source):
    marks = {"a.avif": b"\0\0\0\x1cftypavif", "b.jxl": b"\xff\x0a", "c.svg": b"<svg/>", "d.psd": b"8BPS", "e.NEF": b"x"}
    for name, mark in marks.items():
        (source / "ripe" / name).write_bytes(mark + bytes(60))
    told = reasons(source)
    assert set(told) == set(marks)
    assert told["a.avif"] == "it is an AVIF image, which is not read here; save it as JPEG or PNG"
    assert told["e.NEF"].startswith("it is a camera's raw file")
    assert all(reason.endswith("save it as JPEG or PNG") for reason in told.values())


def test_text_file_named_jpg_is_reported_by_name_and_left_out(source):
    (source / "ripe" / "liar.jpg").write_text("I am no photograph")
    assert "not an image" in reasons(source)["liar.jpg"]
    assert len(read_dataset(source).images) == 8


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99])
def test_truncated_jpeg_is_reported_by_name_and_left_out(source, kept):
    whole = photo(source / "ripe" / "cut.jpg", 70, size=(300, 200)).read_bytes()
    (source / "ripe" / "cut.jpg").write_bytes(whole[: int(kept * len(whole))])
    assert "cut.jpg" in reasons(source)


def test_large_truncated_jpeg_is_found_although_it_is_decoded_at_an_eighth(source):
    whole = photo(source / "ripe" / "large.jpg", 71, size=(1600, 1200)).read_bytes()
    (source / "ripe" / "large.jpg").write_bytes(whole[:-2000])
    assert "large.jpg" in reasons(source)


def test_a_reason_reads_on_from_the_files_name_and_does_not_repeat_it(source):
    folder = source / "ripe"
    (folder / "liar.jpg").write_text("I am no photograph")
    (folder / "empty.png").touch()
    (folder / "gone.png").symlink_to(source.parent / "nowhere.png")
    whole = photo(folder / "cut.jpg", 70, size=(300, 200)).read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    told = reasons(source)
    assert told["liar.jpg"].startswith("it is not an image, or is damaged; ")
    assert told["empty.png"].startswith("it is empty; ")
    assert told["cut.jpg"].startswith("it cannot be read: ")
    assert told["gone.png"] == "it cannot be read: No such file or directory; check the path"
    assert not [reason for name, reason in told.items() if name in reason]


def test_empty_file_is_reported_by_name(source):
    (source / "ripe" / "empty.png").touch()
    assert "empty.png" in reasons(source)


def test_image_beside_the_class_folders_is_reported(source):
    photo(source / "stray.jpg", 80)
    assert "no label" in reasons(source)["stray.jpg"]


def test_class_folder_without_images_is_reported(source):
    (source / "unused").mkdir()
    assert reasons(source) == {"unused": "the folder holds no image"}
    assert read_dataset(source).labels == ("green", "ripe")


def test_file_name_that_is_not_utf8_is_reported(source):
    try:
        name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
        photo(source / "ripe" / name, 81)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes UTF-8 names only")
    assert "not UTF-8" in next(iter(reasons(source).values()))


def test_one_content_under_two_labels_is_left_out_twice_and_both_are_named(source):
    content = (source / "ripe" / "0.jpg").read_bytes()
    (source / "green" / "same.jpg").write_bytes(content)
    dataset = read_dataset(source)
    rejected = {Path(file.path).name: file.reason for file in dataset.rejected}
    assert set(rejected) == {"0.jpg", "same.jpg"}
    assert "labelled 'ripe' here and 'green' as" in rejected["0.jpg"]
    assert dataset.count("ripe") == 3
    assert dataset.count("green") == 4


def test_copies_within_a_class_are_kept(source):
    (source / "ripe" / "copy.jpg").write_bytes((source / "ripe" / "0.jpg").read_bytes())
    assert read_dataset(source).count("ripe") == 5


def test_progress_counts_every_file_once(source):
    steps: list[tuple[int, int]] = []
    read_dataset(source, on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(done, 8) for done in range(1, 9)]


def test_order_does_not_depend_on_the_order_of_writing(source, tmp_path):
    other = tmp_path / "other" / "data"
    for path in sorted(source.rglob("*.*"), reverse=True):
        target = other / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    one, two = read_dataset(source), read_dataset(other)
    assert [image.sha256 for image in one.images] == [image.sha256 for image in two.images]


class TestFolderInFolder:
    """Archives often hold one folder that holds the data set."""

    def test_it_is_followed_and_told(self, source, tmp_path):
        (tmp_path / "download" / "archive").mkdir(parents=True)
        source.rename(tmp_path / "download" / "archive" / "Fruit")
        (tmp_path / "download" / "__MACOSX").mkdir()
        (tmp_path / "download" / "README.txt").touch()
        dataset = read_dataset(tmp_path / "download")
        assert dataset.labels == ("green", "ripe")
        inner = tmp_path / "download" / "archive" / "Fruit"
        assert dataset.notes == (f"{tmp_path / 'download'} holds one folder, so the data set is taken from {inner}.",)

    def test_labels_txt_is_that_of_the_inner_folder(self, source):
        (source / "labels.txt").write_text("ripe\ngreen\n")
        assert read_dataset(source.parent).labels == ("ripe", "green")

    def test_one_class_of_images_is_no_such_folder(self, tmp_path):
        photo(tmp_path / "only" / "a.jpg", 1)
        photo(tmp_path / "only" / "more" / "b.jpg", 2)
        with pytest.raises(EdgewrightError, match="the one class 'only'"):
            read_dataset(tmp_path)

    def test_links_in_circles_come_to_an_end(self, tmp_path):
        (tmp_path / "a").symlink_to(tmp_path)
        with pytest.raises(EdgewrightError):
            read_dataset(tmp_path)


class TestLabels:
    def test_given_order_is_kept(self, source):
        assert read_dataset(source, labels=["ripe", "green"]).labels == ("ripe", "green")

    def test_labels_txt_in_the_folder_is_honoured(self, source):
        (source / "labels.txt").write_text("ripe\ngreen\n")
        assert read_dataset(source).labels == ("ripe", "green")

    def test_label_that_labels_txt_does_not_name_is_an_error(self, source):
        (source / "labels.txt").write_text("ripe\nbrown\n")
        with pytest.raises(EdgewrightError, match=r"labelled 'green', which .*labels\.txt does not name"):
            read_dataset(source)

    def test_label_without_images_is_an_error(self, source):
        with pytest.raises(EdgewrightError, match="no image labelled 'brown'"):
            read_dataset(source, labels=["brown", "green", "ripe"])


class TestRefusals:
    def test_missing_folder(self, tmp_path):
        with pytest.raises(EdgewrightError, match="no data set at"):
            read_dataset(tmp_path / "nowhere")

    def test_empty_folder(self, tmp_path):
        with pytest.raises(EdgewrightError, match="holds no class folder"):
            read_dataset(tmp_path)

    def test_folders_without_any_image(self, tmp_path):
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        with pytest.raises(EdgewrightError, match="holds no image"):
            read_dataset(tmp_path)

    def test_images_without_class_folders(self, tmp_path):
        photo(tmp_path / "a.jpg", 1)
        with pytest.raises(EdgewrightError, match=r"1 image\(s\) but no class folder"):
            read_dataset(tmp_path)

    def test_one_class_only(self, tmp_path):
        for number in range(5):
            photo(tmp_path / "only" / f"{number}.jpg", number)
        with pytest.raises(EdgewrightError, match="the one class 'only'"):
            read_dataset(tmp_path)

    def test_class_with_one_image_names_class_and_count(self, source):
        photo(source / "rare" / "one.jpg", 90)
        with pytest.raises(EdgewrightError, match=r"1 of its 3 classes: 'rare' \(1\); each needs at least 3"):
            read_dataset(source)

    def test_copies_do_not_make_a_class_large_enough(self, source):
        for number in range(5):
            photo(source / "rare" / f"{number}.jpg", 90)
        with pytest.raises(EdgewrightError, match=r"'rare' \(1\)"):
            read_dataset(source)

    def test_class_of_unreadable_images_says_why_they_were_left_out(self, source):
        for number in range(4):
            (source / "broken").mkdir(exist_ok=True)
            (source / "broken" / f"{number}.jpg").write_text("no")
        with pytest.raises(EdgewrightError, match=r"'broken' \(0\).*4 were left out, such as .*0\.jpg"):
            read_dataset(source)

    def test_images_without_class_folders_beside_a_csv_file_name_it(self, tmp_path):
        photo(tmp_path / "a.jpg", 1)
        (tmp_path / "labels.csv").write_text("id,breed\na,cat\n")
        with pytest.raises(EdgewrightError, match=r"or give .*labels\.csv if it says which label each image has"):
            read_dataset(tmp_path)

    def test_file_that_is_no_csv(self, tmp_path):
        photo(tmp_path / "a.jpg", 1)
        with pytest.raises(EdgewrightError, match=r"neither a folder nor a \.csv file"):
            read_dataset(tmp_path / "a.jpg")
