"""Byte fuzzing: everything that reads bytes from outside, each with an equation and the exceptions that it names."""
