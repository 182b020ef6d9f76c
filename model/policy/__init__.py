"""Policy theorems with symbolic retention, interval, latency and misses; dated calendars when refuted."""
