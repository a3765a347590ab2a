"""Names stay readable."""

from edgewright_train.results.names import LONGEST, readable, shortened


def test_short_name_stays_and_a_long_one_keeps_both_ends():
    assert shortened("daisy") == "daisy"
    long = "a" * 60 + "b" * 60
    assert len(shortened(long)) == LONGEST
    assert shortened(long).startswith("aaa")
    assert shortened(long).endswith("bbb")


def test_name_from_the_right_is_kept_apart_from_what_follows():
    assert readable("تعليق") == "\u2068تعليق\u2069"
    assert readable("蒲公英") == "蒲公英"
