"""Many images, each labelled once.

In: sources, from which paths come one by one, and a model. Out: a row per image, in the order of the sources, as they
come; to a stream, or to a file that a killed run leaves so that the next one goes on from it.
"""
