"""The command `edgewright`: turns what is typed into an exit status, and errors into a sentence."""

from __future__ import annotations

import os
import sys

from .commands.plain_classify import plain_request
from .errors import DEBUG_VARIABLE, EXIT_DONE, EdgewrightError

EXIT_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h: never to be mistaken for a failed gate
EXIT_INTERRUPTED = 130  # what shells report after Ctrl-C


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    arguments = sys.argv[1:]
    if "--debug" in arguments:
        os.environ[DEBUG_VARIABLE] = "1"
    debug = bool(os.environ.get(DEBUG_VARIABLE))
    sys.argv[1:] = [argument for argument in arguments if argument != "--debug"]
    sys.exit(_exit_status(debug=debug))


def _exit_status(*, debug: bool) -> int | str | None:
    try:
        return _run(sys.argv[1:])
    except SystemExit as end:
        return end.code
    except EdgewrightError as error:
        _report(f"Error: {error}", debug=debug)
        return error.exit_status
    except KeyboardInterrupt:
        _report("Interrupted.", debug=False)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        _report(
            f"Error: edgewright met something it did not expect ({type(error).__name__}: {error}); "
            f"run it again with --debug and report what it prints",
            debug=debug,
        )
        return EXIT_UNEXPECTED


def _run(arguments: list[str]) -> int:
    # Importing Typer would be a third of the time that a call on a board takes, and a quarter of its memory.
    request = plain_request(arguments)
    if request is not None:
        from .commands.labelling import label_images

        return label_images(request)
    from .application import application

    application(arguments)()
    return EXIT_DONE


def _report(sentence: str, *, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main()
