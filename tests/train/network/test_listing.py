"""People see every backbone with its size, and the documentation shows the same."""

from pathlib import Path

import pytest

from edgewright_train.network import BACKBONES
from edgewright_train.network.listing import HEADINGS, backbone_cells, backbone_list

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "backbones.md"


def test_list_has_a_line_for_each_width_under_its_headings():
    lines = backbone_list().splitlines()
    assert lines[0].split("  ")[0] == "backbone"
    widths = [(row.name, str(alpha)) for row in BACKBONES for alpha in row.alphas]
    assert [tuple(line.split()[:2]) for line in lines[1 : 1 + len(widths)]] == widths
    assert "mobilenet_v2        1.0    32 to 224   2.26 M      299 M at 224   yes" in lines


@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_list_tells_where_training_is_delicate(row):
    assert f"{row.name}:" in backbone_list()
    assert " ".join(row.delicate.split()) in " ".join(backbone_list().split())


@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_documentation_has_the_same_table_and_the_same_warnings(row):
    page = PAGE.read_text(encoding="utf-8")
    for cells in backbone_cells(row):
        assert f"| {' | '.join(cells)} |" in page
    assert row.delicate in page
    assert f"| {' | '.join(HEADINGS)} |" in page
