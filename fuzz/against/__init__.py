"""Two subjects on the same walks: where they disagree first, with no judge between them."""
