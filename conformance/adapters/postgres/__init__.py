"""PostgreSQL's streaming replication: a block is a row, a standby the recovery site, a place in the log a point."""
