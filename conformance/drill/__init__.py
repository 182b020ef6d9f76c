"""The drill: one machine with real disks through its whole disaster-recovery life, measured and judged.

It works on any Subject. Real input comes from `disk_image` (an ext4 file system made of real files) and from
`database` (SQLite on one of the machine's disks, every page a block write).
"""
