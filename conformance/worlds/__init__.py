"""Worlds: in which surroundings a case is played, drawn as covering arrays, and which pairs of them a run has met."""
