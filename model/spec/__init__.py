"""The standard: one chapter a file or a folder; what it assumes, what it does, what it promises.

Rule: no I/O, clock or randomness, and nothing of the engines: what explores or proves a chapter reads it.
"""
