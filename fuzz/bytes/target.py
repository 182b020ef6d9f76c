"""A byte target: something that reads bytes from outside, with what has to hold of whatever it makes of them.

Rule: a target depends on its bytes alone, so that bytes that fail once fail always; it raises nothing but what is
wrong.
"""

from collections.abc import Callable

from attrs import frozen


class Violated(Exception):  # noqa: N818  (a verdict)
    """The equation of a target does not hold for some bytes."""


@frozen
class ByteTarget:
    """`attempt` reads bytes and raises Violated, or an exception that nobody named; `seeds` are bytes that are right.

    `equation` says in words what holds for all bytes.
    """

    name: str
    equation: str
    attempt: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def must(holds: bool, sentence: str) -> None:
    """Violated with the sentence unless it holds."""
    if not holds:
        raise Violated(sentence)


def named(read: Callable[[bytes], object], *errors: type[Exception]) -> Callable[[bytes], object]:
    """Reading, with the errors that it names taken for an answer."""

    def attempt(data: bytes) -> object:
        try:
            return read(data)
        except errors:
            return None

    return attempt
