"""Carriers: one contract, several ways to reach the subject."""
