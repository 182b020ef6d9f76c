"""The audit of a deployment: checks over a vault's exports, each with what to do about it.

Rule: a check speaks of a field that was exported and never of one that is absent; it says whom it serves.
"""
