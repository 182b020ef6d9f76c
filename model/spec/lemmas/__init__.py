"""Lemmas: what makes the claims of a specification inductive; one file for each that needs some."""
