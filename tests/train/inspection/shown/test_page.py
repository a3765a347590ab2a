import re

from edgewright_train.inspection.shown.page import page_html
from edgewright_train.inspection.shown.plots import write_plots


def test_the_page_begins_with_what_is_wrong_and_loads_nothing(found):
    page = page_html(found, {name: f"<b>{name}</b>" for name in found.names})
    assert page.index("The image size alone gives classes away") < page.index("Images per class")
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "default-src 'none'" in page
    assert "broken1.jpg" in page
    assert "<b>china" not in page  # names are escaped
    assert "&lt;b&gt;china" in page


def test_plots_are_written_as_png(found, tmp_path):
    written = write_plots(found, {name: name for name in found.names}, tmp_path / "plots")
    assert {path.name for path in written} == {
        "classes.png",
        "images.png",
        "shortcuts.png",
        "sample-000.png",
        "sample-001.png",
    }
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)
