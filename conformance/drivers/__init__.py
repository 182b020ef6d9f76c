"""Drivers: what chooses the next step by itself instead of following a chapter's case."""
