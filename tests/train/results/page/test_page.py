"""The page answers first what is asked first, loads nothing, and shows names as they are."""

import base64
import io
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from edgewright_train.fitting import Epoch
from edgewright_train.results import score
from edgewright_train.results.calibration import learned_temperature, reliability
from edgewright_train.results.findings import Evidence
from edgewright_train.results.inside.gallery import Exhibit, Gallery, Row
from edgewright_train.results.inside.look import Looks
from edgewright_train.results.predictions import Photos, Predictions
from edgewright_train.results.report import PAGE, Judged, report_of

ODD = ("<script>alert(1)</script>", '"rose" & $5', "蒲公英 🌼")


class Reader(HTMLParser):
    """What a browser would find: elements with their attributes, and the text outside of style sheets."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data


def files_of(labels: tuple[str, ...], *, n: int = 90, noise: float = 1.0) -> Mapping[str, bytes]:
    rng = np.random.default_rng(0)
    classes = np.arange(n) % len(labels)
    logits = noise * rng.normal(size=(n, len(labels)))
    logits[np.arange(n), classes] += 2
    probabilities = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32)
    temperature = learned_temperature(probabilities, classes)
    scores = score(probabilities, classes, labels, temperature=temperature.value)
    epochs = tuple(Epoch("head", place, 1 / place, 0.8, 1 / place, 0.8, 0.01, 1.0) for place in range(1, 5))
    evidence = Evidence(
        {"val": scores, "test": scores},
        labels,
        [40] * len(labels),
        epochs,
        temperature,
        reliability(probabilities, classes),
    )
    photos = Photos(rng.integers(0, 255, (n, 40, 40, 3), np.uint8), np.arange(n), [f"a/{k} <b>.png" for k in range(n)])
    gallery = Gallery("g", "A look", "How to read it", (Row((Exhibit(photos.at(0), "x"),), "a row"),))
    answers = Predictions(probabilities, classes)
    command = "edgewright convert run"
    looks = Looks((gallery,), ("Something was left out.",))
    return report_of(Judged("run: how good is it?", "3 classes", command, evidence, answers, photos, looks)).files


@pytest.fixture(scope="module")
def files():
    return files_of(ODD)


def test_page_loads_nothing_and_runs_nothing(files):
    page, reader = files[PAGE].decode(), Reader(files[PAGE])
    assert not reader.open  # every element is closed
    assert {tag for tag, _ in reader.elements} & {"script", "link", "iframe", "object", "form"} == set()
    sources = [attributes[name] for _, attributes in reader.elements for name in ("src", "href") if name in attributes]
    assert sources
    assert all(source.startswith(("data:image/", "#")) for source in sources)
    assert "url(" not in page
    assert not re.search(r"https?://", page)


def test_pictures_of_the_page_are_pictures(files):
    pictures = [attributes["src"] for tag, attributes in Reader(files[PAGE]).elements if tag == "img"]
    assert len(pictures) > 10
    for source in pictures:
        with Image.open(io.BytesIO(base64.b64decode(source.split(",", 1)[1]))) as picture:
            picture.load()


def test_names_are_shown_as_they_are(files):
    text = Reader(files[PAGE]).text
    for name in ODD:
        assert name in text
    assert "<b>.png" in text


def test_first_card_says_how_accurate_what_is_confused_how_sure_and_what_next(files):
    text = Reader(files[PAGE]).text.replace("\N{NO-BREAK SPACE}", " ")
    first = text[: text.index("Classes, the worst first")]
    assert re.search(r"\d+\.\d % of 90 test images .* expect between \d+\.\d % and \d+\.\d %", first)
    for part in ("Confuses:", "taken for", "Calibration:", "Next:", "edgewright convert run"):
        assert part in first


def test_every_link_leads_to_a_place_on_the_page(files):
    elements = Reader(files[PAGE]).elements
    places = {attributes["id"] for _, attributes in elements if "id" in attributes}
    assert {attributes["href"][1:] for tag, attributes in elements if tag == "a"} == places


def test_files_beside_the_page_are_those_that_the_reference_names(files):
    assert files.keys() == {
        PAGE, "confusion_matrix.csv", "mistakes.csv", "plots/classes.png", "plots/confusion_matrix.png",
        "plots/history.png", "plots/mistakes.png", "plots/reliability.png", "plots/roc.png",
    }  # fmt: skip
    lines = files["mistakes.csv"].decode().splitlines()
    assert lines[0] == "path,true,predicted,probability,probability_of_true"
    surely = [float(line.split(",")[-2]) for line in lines[1:]]
    assert surely == sorted(surely, reverse=True)


def test_model_without_a_mistake_has_a_page():
    files = files_of(("a", "b", "c"), noise=0.0)
    assert "every test image is right" in Reader(files[PAGE]).text
    assert "plots/mistakes.png" not in files


def test_hundred_classes_make_a_page_of_less_than_three_megabytes():
    files = files_of(tuple(f"species {number}" for number in range(102)), n=408)
    assert len(files[PAGE]) < 3_000_000
    assert "77 more" in Reader(files[PAGE]).text
    assert "plots/roc.png" not in files
