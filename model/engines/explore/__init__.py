"""The explorer: all reachable states, breadth first, shortest traces (ENGINE.md)."""
