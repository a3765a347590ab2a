"""What goes wrong, in one sentence each, with the exit status it deserves."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_CHECK_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_MISSING_DEPENDENCY = 3

DEBUG_VARIABLE = "EDGEWRIGHT_DEBUG"
"""Environment variable that `--debug` sets, for this process and those that it starts."""


class EdgewrightError(Exception):
    """Bad input or usage: the message is one sentence saying what was given, expected and to do."""

    exit_status = EXIT_BAD_INPUT


class CheckFailedError(EdgewrightError):
    """A check or the accuracy gate said no."""

    exit_status = EXIT_CHECK_FAILED


class MissingDependencyError(EdgewrightError):
    """A package or device that this work needs is not here."""

    exit_status = EXIT_MISSING_DEPENDENCY


class OtherMachineError(EdgewrightError):
    """A file was made for another machine than this one."""


class ImageReadError(EdgewrightError):
    """A file or buffer is not an image that Edgewright can read."""


def first_line(error: BaseException) -> str:
    """The first line of what another library's error says, or its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
