import json
import subprocess
import sys

import pytest

from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.run.manifest import (
    Artefact,
    Manifest,
    add_artefacts,
    describe,
    manifest_folder,
    read_manifest,
    verify,
    versions_of,
)


def describe_file(path):
    return describe(path, stage="convert", options={"seed": 1}, versions={"numpy": "2.0"})


@pytest.fixture
def run(tmp_path):
    """A run folder with a model file and a model folder, both in its manifest."""
    files = ["tflite/model_int8.tflite", "saved_model/saved_model.pb", "saved_model/variables/data"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode() * 100)
    add_artefacts(tmp_path, {name: describe_file(tmp_path / name) for name in files})
    return tmp_path


def test_entries_come_back_as_they_were_added(run):
    entry = read_manifest(run).artefacts["tflite/model_int8.tflite"]

    assert entry == describe_file(run / "tflite" / "model_int8.tflite")
    assert entry.size_bytes == 2400
    assert entry.options == {"seed": 1}


def test_folder_without_a_manifest_has_no_entries(tmp_path):
    assert read_manifest(tmp_path) == Manifest({})


def test_new_entry_replaces_the_old_one_and_keeps_the_others(run):
    (run / "tflite" / "model_int8.tflite").write_bytes(b"new")
    add_artefacts(run, {"tflite/model_int8.tflite": describe_file(run / "tflite" / "model_int8.tflite")})

    assert len(read_manifest(run).artefacts) == 3
    verify(run / "tflite" / "model_int8.tflite")


def test_entry_of_a_file_that_is_gone_is_dropped(run):
    (run / "saved_model" / "saved_model.pb").unlink()
    add_artefacts(run, {})

    assert sorted(read_manifest(run).artefacts) == ["saved_model/variables/data", "tflite/model_int8.tflite"]


@pytest.mark.parametrize("place", [0, 1234, 2399])
def test_one_changed_bit_is_refused(run, place):
    model = run / "tflite" / "model_int8.tflite"
    verify(model)
    content = bytearray(model.read_bytes())
    content[place] ^= 1
    model.write_bytes(content)

    with pytest.raises(CheckFailedError, match=r"model_int8\.tflite is not the file that manifest\.json describes"):
        verify(model)


def test_longer_shorter_and_missing_files_are_refused(run):
    model = run / "tflite" / "model_int8.tflite"
    content = model.read_bytes()
    for changed in (content + b"\0", content[:-1], b""):
        model.write_bytes(changed)
        with pytest.raises(CheckFailedError, match="was changed or damaged"):
            verify(model)
    model.unlink()
    with pytest.raises(CheckFailedError, match=r"is listed in .* but is not there"):
        verify(model)


def test_change_anywhere_in_a_model_folder_is_refused(run):
    verify(run / "saved_model")
    (run / "saved_model" / "variables" / "data").write_bytes(b"x")

    with pytest.raises(CheckFailedError, match="variables/data"):
        verify(run / "saved_model")


def test_change_of_one_artefact_does_not_refuse_another(run):
    (run / "saved_model" / "saved_model.pb").write_bytes(b"x")

    verify(run / "tflite" / "model_int8.tflite")


def test_file_outside_any_run_folder_has_nothing_to_be_compared_with(tmp_path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "m.tflite").touch()
    (tmp_path / "manifest.json").touch()

    assert manifest_folder(tmp_path / "a" / "b" / "c" / "m.tflite") is None
    verify(tmp_path / "a" / "b" / "c" / "m.tflite")


ENTRY = {"sha256": "0" * 64, "size_bytes": 1, "stage": "train", "options": {}, "versions": {}}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"schema_version": 2, "artefacts": {}}, "has schema version 2"),
        ({"artefacts": {}}, "has schema version None"),
        ({"schema_version": 1}, "lacks the field"),
        ({"schema_version": 1, "artefacts": {}, "x": 1}, "Unknown field 'x'"),
        ({"schema_version": 1, "artefacts": []}, "artefacts must be an object"),
        ({"schema_version": 1, "artefacts": {"a": 1}}, "artefact a must be an object"),
        ({"schema_version": 1, "artefacts": {"a": {}}}, r"artefact a lacks the field\(s\)"),
        ({"schema_version": 1, "artefacts": {"a": {**ENTRY, "sha256": 7}}}, "artefact a: sha256 must be a text, not 7"),
        ({"schema_version": 1, "artefacts": {"a": {**ENTRY, "shar256": 7}}}, "'shar256': did you mean 'sha256'"),
        (
            {"schema_version": 1, "artefacts": {"a": {**ENTRY, "size_bytes": "7"}}},
            "must be a whole number, not '7'",
        ),
        ({"schema_version": 1, "artefacts": {"../a": ENTRY}}, "must lie inside the run folder"),
        ({"schema_version": 1, "artefacts": {"/etc/passwd": ENTRY}}, "must lie inside the run folder"),
        ({"schema_version": 1, "artefacts": {"": ENTRY}}, "must lie inside the run folder"),
    ],
)
def test_malformed_manifest_is_refused_by_name(tmp_path, value, reason):
    (tmp_path / "manifest.json").write_text(json.dumps(value))

    with pytest.raises(EdgewrightError, match=reason) as error:
        read_manifest(tmp_path)

    assert "manifest.json" in str(error.value)


def test_processes_that_add_at_once_lose_nothing(tmp_path):
    script = (
        "import pathlib, sys\n"
        "from edgewright_runtime.run.manifest import add_artefacts, describe\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "for number in range(25):\n"
        "    path = folder / f'{sys.argv[2]}-{number}'\n"
        "    path.write_text(path.name)\n"
        "    add_artefacts(folder, {path.name: describe(path, stage='test', options={}, versions={})})\n"
    )

    processes = [subprocess.Popen([sys.executable, "-c", script, tmp_path, name]) for name in "ab"]

    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert set(read_manifest(tmp_path).artefacts) == {f"{name}-{number}" for name in "ab" for number in range(25)}


def test_entry_is_hash_size_and_origin(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")

    assert describe(tmp_path / "abc", stage="train", options={"a": 1}, versions={"b": "2"}) == Artefact(
        sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",  # FIPS 180-4's example
        size_bytes=3,
        stage="train",
        options={"a": 1},
        versions={"b": "2"},
    )


def test_versions_are_of_the_installed_packages_only():
    assert list(versions_of(["numpy", "edgewright-no-such-package"])) == ["numpy"]
