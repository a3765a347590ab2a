"""How many threads TensorFlow uses, which is one number for the whole process."""

from __future__ import annotations

from typing import Any

from ..errors import EdgewrightError


def limit_threads(tensorflow: Any, threads: int) -> None:
    """Has TensorFlow use so many threads, before it has begun to use any.

    Raises:
        EdgewrightError: it runs already, with another number.
    """
    threading = tensorflow.config.threading
    try:
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError as error:
        raise EdgewrightError(
            f"TensorFlow is already running with another number of threads than {threads}; start a new process"
        ) from error
