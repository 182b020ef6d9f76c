"""A large export piece by piece: a list is cut between two of its members, so memory holds one piece at a time.

Rule: a cut is guessed by counting braces and believed only when what stands before it decodes as a list; what cannot be
cut (one object a line, UTF-16, another beginning) is read as a whole.
"""

import re
from collections.abc import Callable, Iterator

import msgspec
from attrs import define

from siteproof.conformance.exports.documents import Opened, numbered, opened

PIECE_BYTES = 1 << 23
HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*((?:\{\s*\"[Vv]alue\"\s*:\s*)?\[)\s*(?=\{)")
GUESSES_MAX = 8  # of a piece; braces within texts lead astray
LOOKED_AT_MAX = 100_000  # closing braces, back from the end of a piece
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def opened_in_pieces(read: Callable[[int], bytes], name: str, piece_bytes: int = PIECE_BYTES) -> Iterator[Opened]:
    """The documents of a file of which `read` gives so many bytes; Problem that names the file when it is no JSON."""
    data = read(piece_bytes)
    head = HEAD.match(data)
    if len(data) < piece_bytes or head is None:
        yield opened(data + read(-1), name)
    else:
        yield from _Cutting(head[1], name).pieces(data[head.end() :], read, piece_bytes)


@define
class _Cutting:
    """How far a file was cut: what its list begins with, and how many members went before."""

    opening: bytes
    name: str
    members: int = 0

    def pieces(self, rest: bytes, read: Callable[[int], bytes], piece_bytes: int) -> Iterator[Opened]:
        """Members as far as there are whole ones; the last piece has the end of the file, too."""
        place = f"{self.name}.value" if self.opening.startswith(b"{") else self.name
        cut = 1
        while more := read(
            piece_bytes if cut else max(piece_bytes, len(rest))
        ):  # a file without cuts is not read in bits
            cut, text = self._cut(rest)
            if cut:
                piece = numbered(text, place, self._first)
                self.members += len(_LIST.decode(text)) - (self.members > 0)
                yield piece
            rest = rest[cut:] + more
        yield numbered(self._text(self.opening, rest), self.name, self._first)

    @property
    def _first(self) -> int:
        """The number of a piece's first member: a null stands for all that went before."""
        return max(0, self.members - 1)

    def _text(self, opening: bytes, rest: bytes) -> bytes:
        return opening + (b"null" if self.members else b"") + rest

    def _cut(self, rest: bytes) -> tuple[int, bytes]:
        """Where a member ends, as late as possible, and the list up to there; 0 when no cut was found."""
        for _, cut in zip(range(GUESSES_MAX), _ends(rest), strict=False):
            text = self._text(b"[", rest[:cut]) + b"]"
            try:
                _LIST.decode(text)
            except (msgspec.DecodeError, RecursionError):
                continue
            return cut, text
        return 0, b""


def _ends(rest: bytes) -> Iterator[int]:
    """Ends of objects outside of all others, the last one first, as far as braces in texts do not lie."""
    depth, end = rest.count(b"{") - rest.count(b"}"), len(rest)
    for _ in range(LOOKED_AT_MAX):
        at = rest.rfind(b"}", 0, end)
        if at < 0:
            return
        depth -= rest.count(b"{", at + 1, end)
        if depth == 0:
            yield at + 1
        depth, end = depth + 1, at
