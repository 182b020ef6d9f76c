"""What a query says, before any system is asked: `protection=committed and not (drill=true or resync=marked)`.

Rule: `not` binds tighter than `and`, which a comma is too, and that tighter than `or`; a mistake is a Problem that
shows the place. Values and names with blanks stand in quotes.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from siteproof.model.nouns.problem import Problem

TOKEN = re.compile(r"\s*(?:(?P<sign>!=|<=|>=|==|[=<>])|(?P<mark>[(),])|'(?P<quoted>[^']*)'|(?P<word>[^\s()=<>!,']+))")
EXAMPLE = "write for example protection=committed and not direction=reverse"
DEPTH_MAX = 60


class Sign(StrEnum):
    """How a variable is compared with a value; the last four are for numbers."""

    IS = "="
    IS_NOT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@frozen
class Compared:
    """`name=value`, or with another sign."""

    name: str
    sign: Sign
    value: str

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.name}{self.sign}{self.value}"


@frozen
class Negated:
    """`not query`."""

    query: "Query"


@frozen
class Joined:
    """Queries with `and` (every) or `or` (some) between them."""

    every: bool
    queries: tuple["Query", ...]


Query = Compared | Negated | Joined


def parsed(text: str) -> Query:
    """The query that a text is; Problem, with the place, when it is none."""
    reader = _Reader(text, tuple(_tokens(text)))
    found = reader.any_of(0)
    if reader.now is not None:
        raise reader.unexpected("`and` or `or` has to stand between two conditions")
    return found


@frozen
class _Token:
    """A word, a quoted text, a sign or a mark, and where it begins."""

    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            raise _no_query(text, at, f"`{text[at:].strip()[0]}` begins nothing here")
        kind = str(match.lastgroup)
        yield _Token(kind, match[kind], match.start(kind))
        at = match.end()


class _Reader:
    """Reads from left to right; every method returns what it has read."""

    def __init__(self, text: str, tokens: tuple[_Token, ...]) -> None:
        self.text, self.tokens, self.place = text, tokens, 0

    @property
    def now(self) -> _Token | None:
        """What comes next."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def any_of(self, depth: int) -> Query:
        """What `or` stands between."""
        if depth > DEPTH_MAX:
            raise self.unexpected("it has more brackets than anybody reads")
        return self._joined("or", depth)

    def _joined(self, word: str, depth: int) -> Query:
        inner = self._all_of if word == "or" else self._one
        found = [inner(depth)]
        while self._took(word) or (word == "and" and self._took(",")):
            found.append(inner(depth))
        return found[0] if len(found) == 1 else Joined(word == "and", tuple(found))

    def _all_of(self, depth: int) -> Query:
        return self._joined("and", depth)

    def _one(self, depth: int) -> Query:
        turns = 0
        while self._took("not"):
            turns += 1
        found = self._bracket(depth) if self._took("(") else self._compared()
        return Negated(found) if turns % 2 else found

    def _bracket(self, depth: int) -> Query:
        found = self.any_of(depth + 1)
        if not self._took(")"):
            raise self.unexpected("a bracket is open")
        return found

    def _compared(self) -> Query:
        begin, name = self.now, self._text("a name")
        sign = self.now
        if sign is None or sign.kind != "sign":
            wrong = name if begin is None else self.text[begin.at :].split(",")[0].strip()
            raise Problem(f"`{wrong}` is not a state", "it needs a name and a value", EXAMPLE)
        self.place += 1
        return Compared(name, Sign(sign.text.replace("==", "=")), self._text(f"a value after {name}{sign.text}"))

    def _text(self, what: str) -> str:
        token = self.now
        if token is None or token.kind not in {"word", "quoted"} or self._is_word(token):
            raise self.unexpected(f"{what} is expected")
        self.place += 1
        return token.text

    def _took(self, text: str) -> bool:
        token = self.now
        if token is None or token.kind == "quoted" or token.text.lower() != text:
            return False
        self.place += 1
        return True

    @staticmethod
    def _is_word(token: _Token) -> bool:
        return token.kind == "word" and token.text.lower() in {"and", "or", "not"}

    def unexpected(self, cause: str) -> Problem:
        """The Problem at the place where the reader is."""
        return _no_query(self.text, self.now.at if self.now is not None else len(self.text), cause)


def _no_query(text: str, at: int, cause: str) -> Problem:
    where = f"at `{text[at : at + 24]}`" if text[at:].strip() else "at its end"
    return Problem(f"`{text}` is no query", f"{where}: {cause}", EXAMPLE)
