"""What runs a model file: one leaf module per backend, listed in `table`."""
