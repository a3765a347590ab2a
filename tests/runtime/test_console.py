"""Progress is lines in a log, and lines above a moving bar on a terminal."""

import io

from edgewright_runtime.console import Bars, Lines, Silent, watching


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_lines_only():
    stream = io.StringIO()
    with watching(stream) as reporter:
        assert isinstance(reporter, Lines)
        reporter.step("reading", 1, 2)
        reporter.line("2 images [red]")
        reporter.finish()
    assert stream.getvalue() == "2 images [red]\n"


def test_a_terminal_gets_bars_that_come_and_go_and_lines_as_they_are():
    stream = Terminal()
    with watching(stream) as reporter:
        assert isinstance(reporter, Bars)
        reporter.step("reading", 0, 2)
        reporter.step("reading", 2, 2)
        reporter.finish()
        reporter.line("2 images [red]")
        reporter.step("head 1/2", 1, 9)
    shown = stream.getvalue()
    assert "2 images [red]" in shown
    assert "reading" in shown
    assert "head 1/2" in shown


def test_a_library_call_prints_nothing(capsys):
    reporter = Silent()
    reporter.line("x")
    reporter.step("y", 1, 2)
    reporter.finish()
    assert capsys.readouterr() == ("", "")
