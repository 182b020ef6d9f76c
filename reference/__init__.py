"""The embedded appliance: one honest implementation, written without the model's verbs (wall 1)."""
