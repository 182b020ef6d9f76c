"""What the drill measures: numbers with units, printed and put into the report, never judged."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define, field


@define
class Measures:
    """Named measurements in the order in which they were taken; `clock` gives wall seconds."""

    clock: Callable[[], float] = time.monotonic
    rows: dict[str, str] = field(factory=dict)

    def note(self, name: str, value: str) -> None:
        """Keep one measurement."""
        self.rows[name] = value

    def note_bytes(self, name: str, count: int, of: int | None = None) -> None:
        """Keep a number of bytes, as MiB, with its share of `of`."""
        share = f" ({100 * count / of:.1f} % of the disks)" if of else ""
        self.note(name, f"{count / 2**20:.2f} MiB{share}")

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep the wall time of what happens inside, in seconds."""
        start = self.clock()
        yield
        self.note(name, f"{self.clock() - start:.2f} s")
