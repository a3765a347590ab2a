"""Looks inside a trained network: what it looks at, what its layers make of an image, how it sorts the images.

In: a Keras model and the images of the test split. Out: titled rows of small pictures for the page. Each look is a row
of `LOOKS` (`look.py`); all of them share a time limit, and none can spoil a training.
"""
