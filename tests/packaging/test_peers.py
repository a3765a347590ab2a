"""The table that `make bench-peers` makes, and its place in the page; the comparison itself needs MediaPipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "speed.md"

TABLE = """
import sys
from pathlib import Path
from benchmarks.peers.race import Result
from benchmarks.peers.table import markdown, written_into
photo, other = Path("a.jpg"), Path("b.jpg")
results = {
    "ours": {photo: Result("cat", (4.0, 2.0, 9.0)), other: Result("cat", (4.0,))},
    "theirs": {photo: Result("cat", (8.0,)), other: Result("cat", (10.0, 10.0, 99.0))},
}
text = markdown(results, {"large": [photo, other]}, command="make it", decoder="Pillow 1")
print(text)
written_into(Path(sys.argv[1]), text, "bench-peers")
written_into(Path(sys.argv[1]), text, "bench-peers")
"""


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_table_has_the_medians_and_takes_the_old_ones_place(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench-peers: begin -->\nold\n<!-- bench-peers: end -->\nafter\n")
    done = run("-c", TABLE, page)
    assert done.returncode == 0, done.stderr
    assert "| ours | 3.0 | 1.00 |\n| theirs | 9.0 | 3.00 |" in done.stdout
    assert "`make it`" in done.stdout
    assert page.read_text() == (
        f"before\n<!-- bench-peers: begin -->\n{done.stdout.strip()}\n<!-- bench-peers: end -->\nafter\n"
    )


def test_page_without_a_place_is_left_as_it_is(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing")
    done = run("-c", TABLE, page)
    assert "has no place for the table" in done.stderr
    assert page.read_text() == "nothing"


def test_the_documentation_has_a_table():
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("<!-- bench-peers: begin -->")[2].partition("<!-- bench-peers: end -->")[0]
    assert "| **Edgewright** |" in table
    assert "MediaPipe Tasks 0.10.21" in table


def test_run_without_an_int8_file_is_one_sentence(tmp_path):
    done = run("-m", "benchmarks.peers", "--run", tmp_path / "none")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["edgewright", "edgewright-pillow", "script", "floor"])
def test_each_contestant_here_labels_a_photo(name, converted_run, digit_images):
    model, labels = converted_run / "tflite" / "model_int8.tflite", converted_run / "labels.txt"
    photo = next(iter(sorted(digit_images.glob("7/*.png"))))
    command = [sys.executable, "benchmarks/peers/contestant.py", name, str(model), str(labels)]
    done = subprocess.run(
        command, cwd=ROOT, input=f"{photo}\n{photo}\n", capture_output=True, text=True, check=True
    ).stdout
    assert done.count('"ms"') == 2
    assert ('"label": ""' in done) == (name == "floor")
