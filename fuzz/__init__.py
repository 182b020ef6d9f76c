"""Campaigns: seeded walks, fault plans, minimal replayable failures."""
