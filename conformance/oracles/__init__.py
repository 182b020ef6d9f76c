"""Oracles: what must be true of a subject, computed from the model's rules and the judge's own ledger."""
