"""Backup tools as subjects that keep points only: restic and borg."""
