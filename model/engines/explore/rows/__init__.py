"""Row-bitset product search: exact, breadth first, with shortest traces (docs/engine.md, The explorer).

A system is taken apart into components whose local states get dense numbers; the visited set is a tensor of bits.
"""
