"""How fast formats are here: each timed in a process of its own, and what makes the figures less trustworthy."""
