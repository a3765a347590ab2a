"""Faults that a training shows when it has ended: in its history, its answers and its weights."""
