"""Where a piece of the specification was written, and the error that points there.

Rule: every node knows its file and line, and no error of the language is raised without them.
"""

import linecache
import sys
from pathlib import Path
from types import FrameType

from attrs import frozen

from siteproof.model.nouns.problem import Problem

LANGUAGE = Path(__file__).parent
HOUSE = LANGUAGE.parents[1]  # a line of ours is told from here on: model/spec/…
_LIBRARIES = (str(LANGUAGE), "<attrs generated")


@frozen
class Source:
    """A file and a line of the specification."""

    path: str = "<unknown>"
    line: int = 0

    def text(self) -> str:
        """The line as it was written, without its indent; empty when the file cannot be read."""
        return linecache.getline(self.path, self.line).strip()

    def __str__(self) -> str:
        path = Path(self.path)
        ours = path.is_relative_to(HOUSE)
        shown = path.relative_to(HOUSE).parts if ours else path.parts[-2:]
        return f"{'/'.join(shown)}:{self.line}"


class SpecError(Problem):
    """A mistake in a specification: what is wrong, the line where it stands, and what to write instead."""

    def __init__(self, problem: str, hint: str, source: Source, column: int | None = None) -> None:
        """`column` (0-based, in the line without its indent) places the caret; None leaves it out."""
        self.source = source
        self.column = column
        super().__init__(f"{source}  {problem}", f"the line reads  {source.text() or '(not readable)'}", hint)

    def __str__(self) -> str:
        """The sentence, the offending line, and the hint under the place it speaks of."""
        pointer = "hint: " if self.column is None else " " * self.column + "^^^ "
        return f"{self.problem}\n    {self.source.text()}\n    {pointer}{self.hint}"


def here() -> Source:
    """The nearest line outside of the language itself: the one that the author of a specification wrote."""
    frame = author_frame()
    return Source(frame.f_code.co_filename, frame.f_lineno)


def author_frame() -> FrameType:
    """The frame of the specification's author, found by walking out of this folder."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (the frame is the only way to a caller's line)
    while frame is not None and frame.f_back is not None and frame.f_code.co_filename.startswith(_LIBRARIES):
        frame = frame.f_back
    assert frame is not None, "the language was called by somebody"
    return frame


def must_be_a_rule(rule: object, source: Source) -> None:
    """SpecError when a decorator was given something else than the id of a rule, as `@action` alone is."""
    if not isinstance(rule, str) or not rule:
        raise SpecError("the decorator names no rule", 'write its id behind it:  ("CNT-1")', source)
