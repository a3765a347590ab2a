"""A comparison as people see it: a table that says which to ship, and a plot of what was timed."""

import re
from dataclasses import replace

from PIL import Image

from edgewright_train.comparison import print_rows
from edgewright_train.comparison.tables import write_plot

from .test_verdict import row

NOTE = "odd cannot be converted"
ROWS = (row("large", 0.95, 9.0), row("small", 0.94, 2.0), replace(row("odd", 0.5, None), note=NOTE))


def test_table_has_a_line_for_each_a_dash_for_what_is_missing_and_the_verdict(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    print_rows(ROWS)
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    small, odd = (next(line for line in lines if re.search(rf"\b{name}\b", line)) for name in ("small", "odd"))
    for cell in ("94.0%", "92.0% to 96.0%", "2.00"):
        assert cell in small
    assert odd.split().count("-") == 3
    assert f"odd: {NOTE}" in printed
    assert lines[-1].startswith("Ship small: ")


def test_plot_is_a_picture_and_there_is_none_where_nothing_was_timed(tmp_path):
    write_plot(ROWS, tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as picture:
        picture.load()
        assert picture.format == "PNG"
        colours = {pixel[:3] for _, pixel in picture.convert("RGB").getcolors(2**24)}
    assert (44, 160, 44) in colours  # the one to ship is green
    write_plot(ROWS[2:], tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
