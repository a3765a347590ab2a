"""Several processes or devices that train one network."""
