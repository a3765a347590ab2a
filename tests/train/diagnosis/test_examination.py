"""Checks are gone through, and none of them costs the others."""

from edgewright_runtime.console import Silent
from edgewright_train.diagnosis import WARNING, Check, Finding, examined

FOUND = Finding("code", WARNING, "It is.", "7.", "Do.")


def fails(_: object) -> list[Finding]:
    raise ValueError("no such thing")


def test_check_that_fails_is_named_and_the_others_are_done():
    diagnosis = examined(None, (Check("one thing", fails), Check("another", lambda _: [FOUND])), reporter=Silent())
    assert diagnosis.findings == (FOUND,)
    assert diagnosis.left_out == ("one thing was not looked at: it failed with ValueError: no such thing",)


def test_no_check_is_begun_when_the_time_is_over():
    diagnosis = examined(None, (Check("it", lambda _: [FOUND]),), reporter=Silent(), seconds=0)
    assert diagnosis.findings == ()
    assert "it was not looked at: the 0.0 seconds" in diagnosis.left_out[0]
