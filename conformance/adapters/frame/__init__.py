"""What adapters of products share that lack the contract's lifecycle: its table, a schedule, a list of points."""
