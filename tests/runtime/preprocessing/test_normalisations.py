from __future__ import annotations

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing.normalisations import normalisation_named


@pytest.mark.parametrize("text", ["minusone", "1", "1,2,3", "0,1", "inf,0", "nan,0"])
def test_unknown_normalisation_is_refused(text):
    with pytest.raises(EdgewrightError, match="normalisation"):
        normalisation_named(text)


def test_normalisation_in_numbers():
    found = normalisation_named("0.5,-3")
    assert (found.scale, found.offset) == ((0.5,), (-3.0,))
