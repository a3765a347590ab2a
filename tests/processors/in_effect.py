"""Prints, as JSON, which instructions and kernels the numeric libraries use in the environment it is run in.

Run by `run.py`, so that an environment whose variables a library does not heed is no environment, but an error.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import litert_kernels

ONEDNN_AT_WORK = "--onednn"


def onednn() -> dict[str, object]:
    """What oneDNN says of itself, and whether TensorFlow's convolutions go through it."""
    command = [sys.executable, __file__, ONEDNN_AT_WORK]
    log = subprocess.run(
        command, env={**os.environ, "ONEDNN_VERBOSE": "1"}, capture_output=True, text=True, check=True
    ).stdout
    isa, threads = (re.search(f"cpu,{name}:(.+)", log) for name in ("isa", "runtime:threadpool,nthr"))
    return {
        "isa": isa[1] if isa else None,
        "threads": int(threads[1]) if threads else None,
        "convolutions": "exec,cpu,convolution" in log,
    }


def network():  # type: ignore[no-untyped-def]
    import keras

    inputs = keras.Input((16, 16, 3))
    return keras.Model(inputs, keras.layers.Dense(4)(keras.layers.Flatten()(keras.layers.Conv2D(8, 3)(inputs))))


def convolve() -> None:
    import numpy as np
    import tensorflow as tf

    tf.function(network())(np.ones((2, 16, 16, 3), np.float32))


def numpy_features() -> list[str]:
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__[name]]


def xnnpack() -> bool:
    """Whether LiteRT's interpreter hands a float model to its XNNPACK delegate."""
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    litert_kernels.follow_environment()
    function = tf.function(network(), input_signature=[tf.TensorSpec((1, 16, 16, 3))]).get_concrete_function()
    data = tf.lite.TFLiteConverter.from_concrete_functions([function]).convert()
    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    return any(operator["op_name"] == "DELEGATE" for operator in interpreter._get_ops_details())


def main() -> None:
    if ONEDNN_AT_WORK in sys.argv:
        convolve()
        return
    found = {"onednn": onednn(), "numpy": numpy_features(), "xnnpack": xnnpack()}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print("\n" + json.dumps({**found, "cores": cores}))


if __name__ == "__main__":
    main()
