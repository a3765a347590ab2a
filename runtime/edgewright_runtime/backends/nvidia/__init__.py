"""TensorRT and TensorRT-RTX engines on an NVIDIA GPU: their keys, the CUDA driver, and what runs them."""
