"""The specification language: a small typed expression tree; every semantics is derived from it (ENGINE.md)."""
