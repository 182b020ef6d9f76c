"""Long work in steps: a generator that yields where others may have their turn.

Maintainers keep: whoever drives it may end it at any step, and it leaves nothing half done that counts.
"""

from collections.abc import Generator

Steps = Generator[None, None, None]


def exhaust(steps: Steps) -> None:
    """Every step, one after the other."""
    for _ in steps:
        pass
