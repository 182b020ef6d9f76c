"""What the drill measures: numbers with units, printed and put into the report, never judged."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define, field, frozen

MIB = 1024 * 1024


@frozen
class Measure:
    """One figure: name, value, unit, and a remark on what it stands for."""

    name: str
    value: float
    unit: str
    note: str = ""

    def __str__(self) -> str:
        """As a line of text."""
        shown = f"{self.value:.2f}" if self.value % 1 else f"{self.value:.0f}"
        return f"{self.name:<34} {shown:>9} {self.unit:<12} {self.note}".rstrip()


@define
class Measures:
    """Measurements in the order in which they were taken; `clock` gives wall seconds."""

    clock: Callable[[], float] = time.monotonic
    rows: list[Measure] = field(factory=list)

    def note(self, name: str, value: float, unit: str, note: str = "") -> None:
        """Keep one figure."""
        self.rows.append(Measure(name, round(value, 3), unit, note))

    def note_bytes(self, name: str, count: int, of: int | None = None) -> None:
        """Keep a number of bytes as MiB; with `of`, its share of that many bytes."""
        self.note(name, count / MIB, "MiB", f"{100 * count / of:.1f} % of the disks" if of else "")

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep the wall time of what happens inside."""
        start = self.clock()
        yield
        self.note(name, self.clock() - start, "s", "wall time")
