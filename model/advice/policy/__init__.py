"""Policy theorems with symbolic retention, interval, latency and misses; dated calendars when refuted.

Everything here is pure: policies, points and instants come in as values, calendars and verdicts go out as values.
"""
