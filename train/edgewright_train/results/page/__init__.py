"""The page of a training: one HTML file that loads nothing from anywhere."""
