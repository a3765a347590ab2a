"""Pictures of a training and its result, each a function from figures to a PNG; they need matplotlib."""
