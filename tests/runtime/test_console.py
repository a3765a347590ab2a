"""Progress is lines in a log, and lines above a moving bar on a terminal."""

import io

from edgewright_runtime.console import Bars, Lines, Silent, print_paragraph, watching


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


def test_a_paragraph_is_no_wider_than_a_terminal_and_cuts_no_name(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    name = "block_1_expand-and-project-and-add-a-long-one"
    print_paragraph(f"- the worst layer of [all] is {name}, and that is that.", indent=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["- the worst layer of [all] is", f"  {name},", "  and that is that."]
    monkeypatch.setenv("COLUMNS", "500")
    print_paragraph("word " * 100)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 100
