"""What is known of the standard beside its text: requirements, specifications by name, exact counts, words."""
