"""What was found, as plots and as one page."""
