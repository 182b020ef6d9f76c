"""The explorer: all reachable states, breadth first, shortest traces (docs/engine.md)."""
