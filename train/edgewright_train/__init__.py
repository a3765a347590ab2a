"""From a data set to a run folder with a Keras model, its labels, its preprocessing contract and its scores."""
