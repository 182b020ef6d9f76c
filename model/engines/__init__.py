"""What carries a specification out: they know the language and never the standard."""
