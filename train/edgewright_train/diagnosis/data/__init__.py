"""Faults of a data set, and of how a recipe takes it in. Nothing here imports TensorFlow."""
