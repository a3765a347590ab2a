"""What the one input and the one output are called in every format that has names."""

INPUT_NAME = "pixels"
OUTPUT_NAME = "probabilities"
