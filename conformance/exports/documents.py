"""The JSON documents of a file, one object at a time: lists, `value` lists, single objects, lines, published examples.

Rule: a large list is never built as a whole; its members stay slices of the file until they are asked for, so memory is
bounded by the file and one object.
"""

import codecs
import re
from collections.abc import Iterator

import msgspec
from attrs import frozen
from msgspec import Raw

from siteproof.model.nouns.problem import Problem

HINT = "export again as JSON, for example: az … -o json > file.json, or … | ConvertTo-Json -Depth 10"
DEPTH_MAX = 4  # of lists within lists: `az` wraps what PowerShell wraps
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENVELOPE = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_ANY = msgspec.json.Decoder()


@frozen
class Document:
    """One object as it stands in the file, and where: `file` or `file[3]`, counted from 0 as JSON paths are."""

    place: str
    raw: Raw | bytes

    def value(self) -> object:
        """The object as plain data; Problem when it is no JSON."""
        try:
            return _ANY.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable(self.place, _told(error)) from None


@frozen
class Opened:
    """The documents of a file; `more` are the places of lists of which only a part was exported."""

    documents: tuple[Document, ...]
    more: tuple[str, ...] = ()


def opened(data: bytes, name: str) -> Opened:
    """Every object of the file; Problem that names the file when it is no JSON."""
    text = _plain(data, name)
    _refuse_other_kinds(text, name)
    return numbered(text, name, 0)


def unreadable(name: str, cause: str) -> Problem:
    """What is said of a file that is no export."""
    return Problem(f"{name} is not an export", cause, HINT)


def _plain(data: bytes, name: str) -> bytes:
    """UTF-8 without a mark; PowerShell redirects in UTF-16."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            try:
                return rest if encoding == "utf-8" else rest.decode(encoding).encode()
            except UnicodeDecodeError as error:
                raise unreadable(name, f"byte {error.start} is not {encoding} text") from None
    if b"\0" in data[:64]:
        raise unreadable(name, "it holds zero bytes: it is binary, or UTF-16 without a mark")
    return data


def _refuse_other_kinds(text: bytes, name: str) -> None:
    start = text[:200].lstrip()
    if not start:
        raise unreadable(name, "it is empty")
    if start.startswith(b"<"):
        raise unreadable(name, "it is HTML or XML: a sign-in page or a proxy answered in the service's place")
    if not start.startswith((b"{", b"[")):
        word = start.split(maxsplit=1)[0][:20].decode(errors="replace")
        raise unreadable(name, f"JSON begins with {{ or [, and this with {word!r}")


def numbered(text: bytes, name: str, first: int) -> Opened:
    """The documents of a piece of a large file; its outermost list goes on counting from `first`."""
    more: list[str] = []
    return Opened(tuple(_documents(text, name, more, first=first)), tuple(more))


def _documents(text: Raw | bytes, place: str, more: list[str], depth: int = 0, first: int = 0) -> Iterator[Document]:
    start = bytes(memoryview(text)[:64]).lstrip()[:1]
    if start == b"[":
        for number, each in enumerate(_members(text, place), first):
            yield from _member(each, f"{place}[{number}]", more, depth)
    else:
        yield from _object(text, place, more, depth, first)


def _member(each: Raw, place: str, more: list[str], depth: int) -> Iterator[Document]:
    """Members are objects; a list within a list comes from a pipe that wrapped twice."""
    start = bytes(memoryview(each)[:1])
    if start == b"[" and depth < DEPTH_MAX:
        yield from _documents(each, place, more, depth + 1)
    elif start == b"{":
        yield Document(place, each)
    elif start != b"n":  # null: a machine without the thing
        raise unreadable(place, "it is no object")


def _object(text: Raw | bytes, place: str, more: list[str], depth: int, first: int) -> Iterator[Document]:
    try:
        envelope = _ENVELOPE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield from _lines(text, place, more, error)
        return
    small = {key.casefold(): key for key in envelope}
    if "value" in small and bytes(memoryview(envelope[small["value"]])[:1]) == b"[":
        if "nextlink" in small and bytes(envelope[small["nextlink"]]) not in (b"null", b'""'):
            more.append(place)
        yield from _documents(envelope[small["value"]], f"{place}.value", more, depth + 1, first)
    elif "responses" in small and "parameters" in small:  # a published example: the answer is its body
        body = _body(envelope[small["responses"]])
        yield from _documents(body, f"{place}.responses.200.body", more, depth + 1) if body is not None else ()
    else:
        yield Document(place, text)


def _body(responses: Raw) -> Raw | None:
    answers = _ENVELOPE.decode(responses)
    return _ENVELOPE.decode(answers["200"]).get("body") if "200" in answers else None


def _members(text: Raw | bytes, place: str) -> list[Raw]:
    try:
        return _LIST.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(place, _told(error)) from None


def _lines(text: Raw | bytes, place: str, more: list[str], error: Exception) -> Iterator[Document]:
    """One object or one page a line; the first line has to be one by itself, or the error stands."""
    lines = bytes(memoryview(text)).split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                _ENVELOPE.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
                first = number == 1 or not lines[0].strip()
                raise unreadable(place if first else f"{place}:{number}", _told(error if first else wrong)) from None
            yield from _object(line, f"{place}:{number}", more, 0, 0)


def _told(error: Exception) -> str:
    """What the codec says, with a file that ends too early called so."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    text = str(error)
    if "truncated" in text:
        return "the file ends in the middle of an object: the export was cut off"
    return re.sub(r"^JSON is malformed: ", "it is no JSON: ", text)
