from __future__ import annotations

from types import SimpleNamespace

from edgewright_convert.tensorrt.builder import parser_sentence


def test_parser_errors_of_tensorrt_8_have_only_a_number():
    old = SimpleNamespace(node=lambda: 7, desc=lambda: "no importer\n registered")
    assert parser_sentence([old]).endswith("stopped at the node 7: no importer registered")
    assert "gave no reason" in parser_sentence([])
