"""Ceph RBD mirroring as a subject: two clusters and their rbd-mirror daemons, in journal and in snapshot mode."""
