"""Tables as they are read: one line a row, columns under their headings, in the words that a machine shows.

Rule: a cell holds words of the vocabulary and nothing else. `-` fits any value or changes nothing. A comma separates
alternatives (in a column of states; `not` before each: all others) or phases (in a column of jobs). A line without a
first cell continues the row above. A word that is not known is a SpecError at its line, with the words that are.
"""

import difflib
import linecache
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from attrs import frozen

from siteproof.model.language.source import Source, SpecError, here
from siteproof.model.language.table import REGION_OF, Change, FactValue, Value, Where, at

ANY = "-"
NOT = "not "
SHOWN = {"test_failover": "drill"}  # a region's heading where it is not its name
KIND_OF: Mapping[str, type[Enum]] = {SHOWN.get(name, name): kind for kind, name in REGION_OF.items()}
PLAIN = ("protection", "direction", "active")  # a word of these stands for itself; `drill:failed` names its column


@frozen
class ColumnRow:
    """One row: its cells by heading, and where it stands."""

    cells: Mapping[str, str]
    source: Source

    def __getitem__(self, heading: str) -> str:
        return self.cells[heading]

    def where(self, *headings: str, facts: str = "") -> Where:
        """The states that the cells under these headings (names of regions) describe, and a cell of `region:value`s."""
        named = tuple(self.value(word) for word in self.words(facts)) if facts else ()
        return at(*(value for heading in headings for value in self._values(heading)), *named)

    def turns(self, heading: str) -> Iterator[tuple[FactValue, FactValue]]:
        """What becomes what: `region:before>after`, separated by commas."""
        for word in self.words(heading):
            region, _, turn = word.partition(":")
            before, after = (self.one_of(each, KIND_OF[region]) for each in turn.split(">"))
            yield before, after  # type: ignore[misc]

    def words(self, heading: str) -> tuple[str, ...]:
        """The words of a cell that are separated by commas."""
        cell = self.cells[heading]
        return () if cell == ANY else tuple(word.strip() for word in cell.split(","))

    def changes(self, heading: str) -> tuple[Change, ...]:
        """What each phase of the cell sets; the values of one phase stand beside each other."""
        return tuple(tuple(self.value(word) for word in phase.split()) for phase in self.words(heading))

    def change(self, heading: str) -> Change:
        """What the cell sets; nothing for `-`."""
        return next(iter(self.changes(heading)), ())

    def value(self, word: str) -> Value:
        """The value that a word names, with its region before a colon where the word alone could be of another."""
        region, _, name = word.rpartition(":")
        kinds = (region,) if region else PLAIN
        if region and region not in KIND_OF:
            raise self._unknown(region, KIND_OF)
        return self.one_of(name, *(KIND_OF[each] for each in kinds))

    def one_of(self, word: str, *kinds: type[Enum]) -> Value:
        """The member of these enumerations that is written like this."""
        known = {str(member.value): member for kind in kinds for member in kind}
        if word not in known:
            raise self._unknown(word, known)
        member: Value = known[word]  # type: ignore[assignment]
        return member

    def _values(self, heading: str) -> Iterator[Value]:
        """The values of a cell; `not this, not that` are all others of the region."""
        words, kind = self.words(heading), KIND_OF[heading]
        named = [self.one_of(word.removeprefix(NOT), kind) for word in words]
        if not all(word.startswith(NOT) for word in words):
            return iter(named)
        return (member for member in kind if words and member not in named)  # type: ignore[misc]

    def _unknown(self, word: str, known: Iterable[str]) -> SpecError:
        near = difflib.get_close_matches(word, known, n=3) or sorted(known)
        return SpecError(f"`{word}` is no word here", f"write one of  {', '.join(near)}", self.source)


def columns(text: str) -> tuple[ColumnRow, ...]:
    """The rows of a table that is written as text: the first line holds the headings, `|` stands between columns."""
    start = here()
    head, *rest = [line for line in text.splitlines() if line.strip()]
    headings = _cells(head)
    rows: list[list[str]] = []
    for line in rest:
        cells = _cells(line)
        if len(cells) != len(headings):
            raise SpecError(f"{len(cells)} cells under {len(headings)} headings", "count the |", _place(start, line))
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], cells, strict=True)]
    return tuple(ColumnRow(dict(zip(headings, row, strict=True)), _place(start, row[0])) for row in rows)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _place(start: Source, begins: str) -> Source:
    """The line of the file that begins like this, from the table's first line on."""
    lines = linecache.getlines(start.path)
    numbers = range(start.line, len(lines) + 1)
    found = (number for number in numbers if lines[number - 1].strip().startswith(begins.strip()))
    return Source(start.path, next(found, start.line))
