"""The lifecycle: where a command is allowed, its phases, where it ends, and how a failed job is retried."""
