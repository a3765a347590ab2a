"""Where an INT8 .tflite file loses accuracy: layer by layer, on real images."""
