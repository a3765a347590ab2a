"""How well and how fast each format answers."""
