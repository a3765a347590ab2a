"""How near to the float model each format is, and how fast."""
