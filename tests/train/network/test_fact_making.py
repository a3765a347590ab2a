"""What is written when a row is new is what is shipped, byte by byte."""

from pathlib import Path

from edgewright_train.network import fact_making


def test_file_of_a_backbone_is_written_as_it_is_shipped(tmp_path, monkeypatch):
    shipped = Path(fact_making.__file__).parent / fact_making.FOLDER / "small_cnn.json"
    monkeypatch.setattr(fact_making, "FOLDER", tmp_path)  # an absolute path, which takes the place of the package's
    fact_making.main(["small_cnn"])
    assert [path.name for path in tmp_path.iterdir()] == ["small_cnn.json"]
    assert (tmp_path / "small_cnn.json").read_bytes() == shipped.read_bytes()
