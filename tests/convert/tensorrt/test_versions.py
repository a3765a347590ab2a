from __future__ import annotations

import pytest

from edgewright_convert.tensorrt.versions import builder_flags, network_flags
from edgewright_runtime.errors import EdgewrightError


@pytest.mark.parametrize(
    ("version", "network", "fp16", "int8"),
    [
        ("8.6.1.6", ("EXPLICIT_BATCH",), ("FP16",), ("FP16", "INT8")),
        ("10.3.0", (), ("FP16",), ("FP16", "INT8")),
        ("10.11.0", (), ("FP16",), ("FP16", "INT8")),
        ("10.12.0", ("STRONGLY_TYPED",), (), ()),
        ("11.4.1", ("STRONGLY_TYPED",), (), ()),
    ],
)
def test_precision_flags_only_where_the_version_needs_them(version, network, fp16, int8):
    assert network_flags(version) == network
    assert (builder_flags(version, "fp16"), builder_flags(version, "int8")) == (fp16, int8)


@pytest.mark.parametrize("version", ["7.2.3", "unknown"])
def test_too_old_tensorrt_is_refused(version):
    with pytest.raises(EdgewrightError, match="too old"):
        network_flags(version)
