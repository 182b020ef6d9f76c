"""The barriers of the data path, found in its source: each place where one is emitted, and the mutant without it.

Rule: none is listed by hand; a place is a file and a line, and a mutant is the honest reference over a store that is
deaf to the barriers of that place.
"""

import ast
import functools
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from attrs import evolve, frozen

from siteproof.reference import datapath
from siteproof.reference.datapath.effects import Barrier, Effect, SyncDirectory

EMITTED = frozenset({Barrier.__name__, SyncDirectory.__name__})
EXECUTORS = frozenset({"crashes.py", "effects.py", "failing.py", "folder.py", "recording.py"})
FRAMES_MAX = 12


@frozen(order=True)
class BarrierPlace:
    """Where a barrier is emitted: `log.py _sync Barrier`, with a number where a function has several."""

    file: str
    line: int
    end: int
    function: str
    kind: str
    number: int = 1

    def __str__(self) -> str:
        """A name that outlives other changes of the file."""
        return f"{self.file} {self.function} {self.kind}{f' {self.number}' if self.number > 1 else ''}"


@functools.cache
def places() -> tuple[BarrierPlace, ...]:
    """Every place, by file and line."""
    folder = Path(datapath.__file__).parent
    files = sorted(path for path in folder.glob("*.py") if path.name not in EXECUTORS)
    counts: Counter[tuple[str, str, str]] = Counter()
    found = []
    for place in sorted(place for path in files for place in _in_file(path)):
        alike = (place.file, place.function, place.kind)
        counts[alike] += 1
        found.append(evolve(place, number=counts[alike]))
    return tuple(found)


def _in_file(path: Path) -> list[BarrierPlace]:
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    found = []
    for function in functions:
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            emitted = [kind for each in call.args if (kind := _kind(each))]
            ends = call.end_lineno or call.lineno
            found += [BarrierPlace(path.name, call.lineno, ends, function.name, kind) for kind in emitted]
    return found


def _kind(argument: ast.expr) -> str:
    """`Barrier` or `SyncDirectory` where one is made; empty for everything else."""
    if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name) and argument.func.id in EMITTED:
        return argument.func.id
    return ""


def emitted_at() -> BarrierPlace | None:
    """The place from which the barrier comes that is being performed right now."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (the only way to know who asks)
    folder = str(Path(datapath.__file__).resolve().parent)
    for _ in range(FRAMES_MAX):
        if frame is None:
            return None
        path = Path(frame.f_code.co_filename)
        if str(path.resolve().parent) == folder and (found := _at(path.name, frame.f_lineno)) is not None:
            return found
        frame = frame.f_back
    return None


def _at(file: str, line: int) -> BarrierPlace | None:
    return next((each for each in places() if each.file == file and each.line <= line <= each.end), None)


def deaf_to(place: BarrierPlace) -> Callable[[Effect], bool]:
    """Whether a barrier does nothing: the mutant of that place."""
    return lambda _effect: emitted_at() == place
