"""A CSV file becomes a data set, or says what is wrong with it."""

import contextlib
import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from edgewright_runtime.dataset import read_dataset, read_images
from edgewright_runtime.dataset.listing.csv_file import list_csv
from edgewright_runtime.errors import EdgewrightError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(8):
        pixels = np.random.default_rng(number).integers(0, 256, (12, 12, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def eight_rows() -> str:
    rows = [f"{n}.png,{'even' if n % 2 == 0 else 'odd'}" for n in range(8)]
    return "filepath,label\n" + "\n".join(rows) + "\n"


def test_relative_paths_start_at_the_csv_file(folder, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    dataset = read_dataset(written(folder, eight_rows()))
    assert dataset.labels == ("even", "odd")
    assert [image.path for image in dataset.images] == [str(folder / f"{n}.png") for n in range(8)]


def test_relative_paths_may_start_at_the_working_folder(folder, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(folder)
    path = written(tmp_path_factory.mktemp("elsewhere"), eight_rows())
    assert read_dataset(path).images[0].path == "0.png"


def test_paths_are_relative_where_the_csv_file_was_named_so(folder, monkeypatch):
    written(folder, eight_rows())
    monkeypatch.chdir(folder.parent)
    assert read_dataset(Path(folder.name) / "data.csv").images[0].path == f"{folder.name}/0.png"


def test_absolute_paths_quotes_blanks_and_further_columns_are_read(folder):
    rows = "\n".join(f'"{folder / f"{n}.png"}", "{"ev,en" if n % 2 else "odd"}" ,x' for n in range(8))
    dataset = read_dataset(written(folder, f"\ufefffilepath, label ,photographer\n{rows}\n"))
    assert dataset.labels == ("ev,en", "odd")


def test_given_splits_are_kept(folder):
    splits = ["train", "train", "val", "val", "test", "test", "train", "train"]
    rows = "\n".join(f"{n}.png,{'even' if n % 2 == 0 else 'odd'},{split}" for n, split in enumerate(splits))
    dataset = read_dataset(written(folder, f"filepath,label,split\n{rows}\n"))
    assert [image.split for image in dataset.images] == splits


def test_labels_txt_beside_the_csv_file_is_honoured(folder):
    (folder / "labels.txt").write_text("odd\neven\n")
    assert read_dataset(written(folder, eight_rows())).labels == ("odd", "even")


def test_file_that_is_not_there_is_reported_by_name(folder):
    dataset = read_dataset(written(folder, eight_rows() + "gone.png,odd\n"))
    assert [(file.path, file.reason) for file in dataset.rejected] == [("gone.png", "there is no such file")]


def test_file_listed_twice_counts_once(folder):
    dataset = read_dataset(written(folder, eight_rows() + "0.png,even\n"))
    assert len(dataset.images) == 8
    assert "twice" in dataset.rejected[0].reason


def test_file_listed_under_two_labels_is_left_out_by_name(folder):
    dataset = read_dataset(written(folder, eight_rows() + "0.png,odd\n"))
    assert [Path(file.path).name for file in dataset.rejected] == ["0.png", "0.png"]
    assert len(dataset.images) == 7


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column that can be taken for 'filepath'; its first line must name filepath,label"),
        ("colour,size\n0.png,a\n", "no column that can be taken for 'filepath';.*names 'colour', 'size'"),
        ("filepath\n0.png\n", "no column that can be taken for 'label'"),
        ("filepath,width,height\n0.png,1,2\n", "no column that can be taken for 'label'"),
        ("filepath,label\n", "has no rows below its header"),
        ("filepath,label\n0.png,\n", "Line 2 of .* has no label"),
        ("filepath,label\n0.png,a\n,b\n", "Line 3 of .* has no filepath"),
        ("filepath,label,split\n0.png,a,holdout\n", "'holdout' is no split; use train, val, test"),
        ("filepath,label,split\n0.png,a,train\n1.png,a,\n", "a split in some rows only"),
        ("filepath,label\nx/0.png,a\nx/1.png,b\n", r"None of the 2 file\(s\) .* is there \(the first is x/0.png\)"),
        ("filepath,label,split\n0.png,a,train\n0.png,a,test\n", "in train and in test; an image may be in one split"),
    ],
)
def test_bad_csv_is_refused_in_one_sentence(folder, text, sentence):
    with pytest.raises(EdgewrightError, match=sentence):
        read_dataset(written(folder, text))


def test_copy_of_a_test_image_is_left_out_of_train(folder):
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    rows = "\n".join(f"{n}.png,{'even' if n % 2 == 0 else 'odd'},train" for n in range(8))
    dataset = read_dataset(written(folder, f"filepath,label,split\n{rows}\ncopy.png,even,test\n"))
    (left_out,) = dataset.rejected
    assert Path(left_out.path).name == "0.png"
    assert left_out.reason.startswith("its content is in test too, as ")
    assert {Path(image.path).name for image in dataset.images if image.split == "test"} == {"copy.png"}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found_in_the_header_and_told(folder, delimiter):
    dataset = read_dataset(written(folder, eight_rows().replace(",", delimiter)))
    assert dataset.labels == ("even", "odd")
    assert len(dataset.notes) == 1
    assert "(fields are parted by " in dataset.notes[0]


def test_file_of_tabs_may_be_called_tsv(folder):
    (folder / "data.tsv").write_text(eight_rows().replace(",", "\t"))
    assert len(read_dataset(folder / "data.tsv").images) == 8


def test_usual_names_of_columns_are_taken_and_told(folder):
    text = eight_rows().replace("filepath,label", "Image,Class")
    assert read_dataset(written(folder, text)).notes == (
        f"{folder / 'data.csv'}: the column 'Image' is read as the image, 'Class' as its label.",
    )


def test_documented_names_need_no_word(folder):
    assert read_dataset(written(folder, eight_rows())).notes == ()


def test_column_that_may_be_a_split_is_one_if_all_its_values_are(folder):
    words = ["Training", "train", "valid", "VAL", "testing", "test", "train", "train"]
    rows = "\n".join(f"{n}.png,{'even' if n % 2 == 0 else 'odd'},{word}" for n, word in enumerate(words))
    dataset = read_dataset(written(folder, f"file,label,set\n{rows}\n"))
    assert [image.split for image in dataset.images] == ["train"] * 2 + ["val"] * 2 + ["test"] * 2 + ["train"] * 2
    assert "'set' as its split" in dataset.notes[0]
    dataset = read_dataset(written(folder, f"file,label,set\n{rows.replace('testing', 'batch 7')}\n"))
    assert {image.split for image in dataset.images} == {None}
    assert "column 'set' of " in dataset.notes[1]
    assert "was not taken for the split, since 'batch 7' is none" in dataset.notes[1]


@pytest.mark.parametrize("where", ["images", "data", "data_images"])
def test_files_in_a_usual_folder_beside_the_csv_file_are_found(folder, where):
    (folder / where).mkdir()
    for number in range(8):
        (folder / f"{number}.png").rename(folder / where / f"{number}.png")
    dataset = read_dataset(written(folder, eight_rows()))
    assert len(dataset.images) == 8
    assert dataset.notes == (f"Files that {folder / 'data.csv'} names were found in {folder / where}.",)


def test_names_without_their_ending_are_completed_as_on_kaggle(folder):
    (folder / "0.png").rename(folder / "0.PNG")
    (folder / "1.txt").write_text("not this one")
    dataset = read_dataset(written(folder, eight_rows().replace(".png", "").replace("filepath,label", "id,breed")))
    assert len(dataset.images) == 8
    assert dataset.images[0].path == str(folder / "0.PNG")
    assert "names 8 file(s) without an ending such as .jpg" in dataset.notes[1]


def test_name_without_its_ending_that_two_files_have_is_left_out(folder):
    Image.new("RGB", (8, 8)).save(folder / "0.jpg")
    dataset = read_dataset(written(folder, eight_rows().replace(".png", "")))
    (left_out,) = dataset.rejected
    assert (left_out.path, left_out.reason) == ("0", f"0.jpg and 0.png in {folder} both have that name")


def test_gate_images_are_those_of_the_test_split(folder):
    splits = ["train", "train", "val", "val", "test", "test", "train", "train"]
    rows = "\n".join(f"{n}.png,{'even' if n % 2 == 0 else 'odd'},{split}" for n, split in enumerate(splits))
    dataset = read_images(written(folder, f"filepath,label,split\n{rows}\n"), labels=("even", "odd"))
    assert [Path(image.path).name for image in dataset.images] == ["4.png", "5.png"]
    assert dataset.notes == (
        f"Only the test split of {folder / 'data.csv'} is used: a model may have been trained on the rest.",
    )


def test_csv_that_is_not_utf8_is_refused(folder):
    (folder / "data.csv").write_bytes("filepath,label\n0.png,gr\u00fcn\n".encode("latin-1"))
    with pytest.raises(EdgewrightError, match="not UTF-8"):
        read_dataset(folder / "data.csv")


def test_missing_csv_is_refused(tmp_path):
    with pytest.raises(EdgewrightError, match="no data set at"):
        read_dataset(tmp_path / "gone.csv")


@given(
    labels=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=8, max_size=8
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_labels_survive_csv_quoting(folder, labels):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["filepath", "label"])
    writer.writerows([f"{n}.png", label] for n, label in enumerate(labels))
    path = folder / "data.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    listed = list_csv(path)
    assert [file.label for file in listed.files] == labels
    assert listed.rejected == ()
    assert listed.notes == ()


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_content_is_read_or_refused_in_one_sentence(folder, content):
    path = folder / "data.csv"
    path.write_bytes(b"filepath,label\n" + content)
    with contextlib.suppress(EdgewrightError):
        list_csv(path)


def test_a_group_column_says_what_belongs_together(folder):
    rows = "".join(f"{number}.png,{'ab'[number % 2]},plant {number // 4}\n" for number in range(8))
    listed = list_csv(written(folder, f"filepath,label,group\n{rows}"))
    assert [file.group for file in listed.files] == ["plant 0"] * 4 + ["plant 1"] * 4
    assert listed.notes == ()


def test_a_group_column_of_another_name_is_noted(folder):
    rows = "".join(f"{number}.png,{'ab'[number % 2]},{number // 4}\n" for number in range(8))
    listed = list_csv(written(folder, f"image,class,group_id\n{rows}"))
    assert {file.group for file in listed.files} == {"0", "1"}
    assert "'group_id' as its group" in listed.notes[0]


def test_the_one_column_beside_the_path_is_the_label_even_if_it_is_called_group(folder):
    listed = list_csv(written(folder, "filepath,group\n0.png,a\n1.png,b\n"))
    assert [file.label for file in listed.files] == ["a", "b"]
