"""From a Keras model to .tflite, .onnx and .engine files that answer as it does."""
