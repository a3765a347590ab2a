"""The environments of `make test-processors` are what they say, or none of their tests counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .run import ENVIRONMENTS, Environment, Outcome, lines_of, outcome_of, variables_of

RUN = Path(__file__).with_name("run.py")


def test_environment_that_libraries_do_not_heed_fails_and_runs_no_test():
    outcome = outcome_of(Environment("unheeded", {"ONEDNN_MAX_ISA": "SSE41"}, {"isa": "none", "cores": 0}))
    assert [failure.split(" is ")[0] for failure in outcome.failed] == ["isa", "cores"]
    assert outcome.failed[0].endswith(", not none")
    assert outcome.tests == 0


def test_variables_of_the_shell_do_not_reach_into_an_environment(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "SSE41")
    monkeypatch.setenv("UNRELATED", "kept")
    found = variables_of(Environment("here"))
    assert not {"TF_ENABLE_ONEDNN_OPTS", "ONEDNN_MAX_CPU_ISA"} & found.keys()
    assert found["UNRELATED"] == "kept"


def test_table_has_a_row_for_each_environment_and_names_what_failed():
    lines = lines_of(
        [Outcome("here", "isa x", 12, 1, ("a::b",), 0.5), Outcome("haswell", note="not run: takes a compiler")]
    )
    assert lines[1].split() == ["here", "12", "1", "1", "0.5", "isa", "x"]
    assert lines[2].endswith("not run: takes a compiler")
    assert lines[3] == "FAILED in here: a::b"


def test_names_are_distinct_and_an_unknown_one_is_refused():
    names = [each.name for each in ENVIRONMENTS]
    assert len(set(names)) == len(names)
    done = subprocess.run([sys.executable, RUN, "pentium"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no environment pentium; there are here, " in done.stderr
