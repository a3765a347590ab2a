"""Faults of a network, of what its backbone starts from and of how a recipe trains it, found on a sample of images."""
