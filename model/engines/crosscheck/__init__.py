"""Explorers by other people, and systems drawn by chance to compare them on: SPIN and TLC against ours.

Rule: what runs processes or draws chance stands here, so that every other engine is a function of its arguments.
"""
