"""Breadth-first search over states packed into 64-bit words, many at a time in NumPy, for what does not factorise."""
