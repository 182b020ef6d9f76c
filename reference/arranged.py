"""What was arranged to happen inside a call: faults and writes, at an instant of the clock or a number of bytes.

Rule: an arrangement that was replaced never happens; one that happens does what the same call would have done. A fault
that takes a side of the connection away breaks the transfer that it meets.
"""

from collections.abc import Callable

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import During, FaultKind
from siteproof.reference.machine import Machine
from siteproof.reference.scheduler import Scheduler

SURVIVED = frozenset({FaultKind.LINK_UP, FaultKind.SITE_UP, FaultKind.JOB_FAILS, FaultKind.CLOCK_JUMP,
                      FaultKind.STORE_FULL, FaultKind.IO_ERROR, FaultKind.STORE_MENDED})  # fmt: skip
"""Faults during which a transfer goes on."""


class Arrangements:
    """The arrangements of one appliance; `do` carries one out."""

    def __init__(self, do: Callable[[During], None]) -> None:
        """Nothing is arranged yet."""
        self._do = do
        self._number = 0

    def replace(self, during: tuple[During, ...], machines: dict[str, Machine], clock: Scheduler) -> None:
        """Arrange these, and forget what has not happened; Problem when one names no moment, or two."""
        for each in during:
            _check(each)
        self._number += 1
        for machine in machines.values():
            machine.link.forget()
        for each in during:
            self._plan(each, machines[each.machine], clock)

    def _plan(self, each: During, machine: Machine, clock: Scheduler) -> None:
        if each.after_bytes is not None:
            machine.link.when(each.after_bytes, lambda: self._happens(each))
        elif each.after_ms is not None:
            clock.at(clock.now_ms + each.after_ms, self._unless_replaced(each))

    def _unless_replaced(self, each: During) -> Callable[[], None]:
        number = self._number

        def due() -> None:
            if number == self._number:
                self._happens(each)

        return due

    def _happens(self, each: During) -> bool:
        """Do it; a machine that is off by then does not write."""
        try:
            self._do(each)
        except Refused:
            return False
        return each.fault is not None and each.fault.kind not in SURVIVED


def _check(each: During) -> None:
    moments = [moment for moment in (each.after_ms, each.after_bytes) if moment is not None]
    if (each.fault is None) == (each.address is None) or len(moments) != 1 or moments[0] < 0:
        cause = "it needs a fault or an address with writes, and after_ms or after_bytes, at least 0"
        raise Problem("this cannot be arranged", cause, "give exactly one of each")
