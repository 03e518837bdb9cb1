"""Look at what is right for a program and wrong for a reader: one rule a file, in the order of `rules.py`."""
