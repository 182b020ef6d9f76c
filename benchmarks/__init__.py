"""Measurements, printed as ratios of one run; timings live here and never in tests."""
