"""A probe that says which label an image should have: features of each image, and a logistic regression on them.

In: pixels as they are read. Out: features; then probabilities of images that the regression has not seen, and the
labels that confident learning takes for wrong. `backbone_features` needs TensorFlow and is therefore not imported here.
"""
