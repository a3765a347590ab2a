"""The runtime's sub-commands, one module each."""
