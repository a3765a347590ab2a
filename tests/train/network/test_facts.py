"""The facts that lie beside the table are those of what Keras builds, and tell weights files apart."""

from collections import Counter

import pytest

from edgewright_train.network import BACKBONES, backbone_named
from edgewright_train.network.fact_making import made_facts
from edgewright_train.network.facts import facts_of, hash_of_shapes, recognised

QUICK = ("mobilenet_v2", "mobilenet_v3_small", "small_cnn")


@pytest.mark.parametrize("row", BACKBONES, ids=lambda row: row.name)
def test_every_width_has_its_facts_and_no_other(row):
    assert tuple(facts_of(row)) == row.alphas


@pytest.mark.parametrize("name", QUICK)
def test_facts_of_the_narrowest_are_those_of_what_is_built(name):
    row = backbone_named(name)
    assert made_facts(row, row.alphas[0]) == facts_of(row)[row.alphas[0]]


@pytest.mark.e2e
@pytest.mark.parametrize(("row", "alpha"), [(row, alpha) for row in BACKBONES for alpha in row.alphas])
def test_all_facts_are_those_of_what_is_built(row, alpha):
    assert made_facts(row, alpha) == facts_of(row)[alpha]


def test_no_two_backbones_have_the_same_kernels():
    hashes = [facts.kernels for row in BACKBONES for facts in facts_of(row).values()]
    assert len(set(hashes)) == len(hashes)


def test_figures_are_those_of_the_papers():
    # Table 4 of arXiv:1801.04381 and table 3 of arXiv:1905.02244, with the top: 300 and 56 million multiply-adds.
    assert facts_of(backbone_named("mobilenet_v2"))[1.0].multiply_adds / 1e6 == pytest.approx(300, abs=3)
    assert facts_of(backbone_named("mobilenet_v3_small"))[1.0].multiply_adds / 1e6 == pytest.approx(56, abs=3)


def test_shapes_are_told_by_how_often_they_occur_and_not_by_their_order():
    one = Counter([(3, 3, 3, 8), (1, 1, 8, 8), (1, 1, 8, 8)])
    assert hash_of_shapes(one) == hash_of_shapes(Counter([(1, 1, 8, 8), (3, 3, 3, 8), (1, 1, 8, 8)]))
    assert hash_of_shapes(one) != hash_of_shapes(Counter([(1, 1, 8, 8), (3, 3, 3, 8)]))
    assert recognised(one) is None
