"""Administration: the commands beside the lifecycle, with a table and guards of their own."""
