"""Conditional mutants: an honest subject that is wrong only when a trigger holds; the judge's own measure."""
