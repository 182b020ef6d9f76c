"""The prover: z3 as one back end of the specification language (docs/engine.md)."""
