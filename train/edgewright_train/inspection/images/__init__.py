"""The images of a data set, read one by one, and what is written down of each."""
