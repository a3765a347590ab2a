"""The files that a folder or a CSV file names, with their labels and splits; none of them is opened."""
