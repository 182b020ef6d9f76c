"""Replication providers as data: what each one's table, policies and plans have in their own way; all else is the seed's."""
