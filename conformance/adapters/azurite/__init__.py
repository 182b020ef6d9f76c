"""Azurite as a store of seed disks: page blobs hold replicas, snapshots are points, copies of them are drills."""
