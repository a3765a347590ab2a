"""TensorRT engines: built on the board by `board`, or ahead of time by `rtx` on a machine that needs no GPU.

In: the bytes of an .onnx file, whose types are the engine's precision. Out: an `Engine` with the key that tells which
machines may load it; `products` has one function per format. Only `board` imports tensorrt and reaches the GPU, only
`rtx` tensorrt-rtx.
"""

from .builder import Engine

__all__ = ["Engine"]
