"""Specifications and traces for other tools: TLA+, Promela, JSON, ITF."""
