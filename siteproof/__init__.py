"""siteproof: the executable standard of block-level disaster-recovery replication."""

__version__ = "0.1.0"
