"""SPIN: its verifier is generated, compiled and run breadth first, so that its depth means what ours does.

Rule: how its numbers map is written once, here. Our process has one statement before the choice (the check of the
initial state), so SPIN stores one state more than there are and is one step deeper; it also counts that step and the
initial state itself as transitions. A violation's depth is that of the state where its step starts, which makes up
for the first statement. `-o2` keeps variables that nothing reads; no reduction is used.
"""

import re
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from attrs import frozen

from siteproof.model.engines.crosscheck.tool import Counts, Room, ToolResult, cannot, output, tail
from siteproof.model.engines.formats.promela import promela
from siteproof.model.language.spec import System

EXHAUSTIVE = ("-DNOREDUCE", "-DSAFETY")
BREADTH_FIRST = (*EXHAUSTIVE, "-DBFS")


@frozen
class Spin:
    """Debian's `spin` with the machine's C compiler; less `optimisation` is faster for few states."""

    optimisation: str = "-O1"
    name: str = "SPIN"

    def missing(self) -> str:
        """See Tool."""
        if shutil.which("spin") is None:
            return "`spin` is not on the PATH (Debian: apt install spin)"
        return "" if shutil.which("cc") else "no C compiler `cc` is on the PATH (Debian: apt install gcc)"

    def run(self, system: System, asserted: Collection[int], room: Room) -> ToolResult:
        """See Tool."""
        with tempfile.TemporaryDirectory(prefix="siteproof-spin-") as name:
            folder = Path(name)
            verifier(system, asserted, folder, (*BREADTH_FIRST, self.optimisation), room)
            return answer(output(["./pan"], folder, room))


def verifier(system: System, asserted: Collection[int], folder: Path, flags: Collection[str], room: Room) -> None:
    """Write, generate and compile the verifier `pan` in the folder."""
    (folder / "model.pml").write_text(promela(system, asserted=asserted))
    output(["spin", "-o2", "-a", "model.pml"], folder, room)
    memory = f"-DMEMLIM={room.memory_mib_max}"
    output(["cc", "-w", memory, *flags, "-o", "pan", "pan.c"], folder, room)


def answer(printed: str) -> ToolResult:
    """The verifier's output in our terms; Problem when the search was not completed for another reason."""
    version = found(r"Spin Version (\S+)", printed)
    broken = re.search(r"assertion violated .*\(at depth (\d+)\)", printed)
    if broken:
        return ToolResult(version, broken_at=int(broken[1]))
    if re.search(r"not completed|max search depth|out of memory|memory limit", printed) or "errors: 0" not in printed:
        raise cannot("SPIN did not search everything", tail(printed), "choose smaller bounds, or give it more memory")
    patterns = (r"(\S+) states, stored", r"(\S+) transitions \(", r"depth reached (\d+)")
    stored, steps, depth = (_exact(found(pattern, printed)) for pattern in patterns)
    itself = f"{stored:,} states stored, {steps:,} transitions, depth reached {depth}"
    return ToolResult(version, Counts(stored - 1, steps - 2, depth - 1), itself=itself)


def _exact(number: str) -> int:
    """A number as SPIN prints it; Problem from 10^8 on, where SPIN rounds."""
    if not number.isdecimal():
        raise cannot("SPIN rounds its numbers", f"it says {number}, which cannot be compared", "choose smaller bounds")
    return int(number)


def found(pattern: str, printed: str) -> str:
    """What the pattern's group matches; Problem when it does not."""
    match = re.search(pattern, printed)
    if match is None:
        raise cannot("SPIN's output is not understood", tail(printed), f"nothing in it fits {pattern}")
    return match[1]
