"""The data plane: what commands do to the blocks of a disk, to what is tracked and sent, and to recovery points."""
