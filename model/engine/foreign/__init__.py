"""Explorers by other people, run on our systems as they are exported: SPIN and TLC."""
