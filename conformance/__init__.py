"""The judge: it knows the model and the Subject contract, and nobody's implementation (wall 2)."""
