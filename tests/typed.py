"""A command line run in this process, with what it printed."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from edgewright_runtime.command_line import Command, run_command


@dataclass(frozen=True)
class Typed:
    """What came of it.

    Attributes:
        exit_code: the command's status; None where it raised.
        stdout: what it printed.
        stderr: what it printed there.
        exception: what it raised.
    """

    exit_code: int | str | None
    stdout: str
    stderr: str
    exception: BaseException | None = None

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def typed(name: str, command: Command, *arguments: object) -> Typed:
    """What `edgewright NAME ARGUMENTS...` does."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = run_command(name, command, [str(argument) for argument in arguments])
        except SystemExit as end:
            return Typed(end.code or 0, out.getvalue(), err.getvalue(), end)
        except Exception as error:
            return Typed(None, out.getvalue(), err.getvalue(), error)
    return Typed(status, out.getvalue(), err.getvalue())
