"""What runs a model besides what its library would choose, and whether this machine can: nothing is tried silently."""
