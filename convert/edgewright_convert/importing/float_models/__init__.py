"""Keras models and SavedModels, wrapped so that raw pixels go in and probabilities come out."""
