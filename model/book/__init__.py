"""The generated book: pure functions from the model to text; nothing here reads a clock or writes a file."""
