"""The judge's checks: each one either raises with expected and actual, or bears witness for the requirement it serves.

Rule: a check that had nothing to look at raises Inconclusive; it never passes. In a case about data only the checks in
`verify_bytes` (bytes that the judge read back itself) bear witness, so a subject that keeps stamps and no bytes fails.
A case of one requirement serves that one; a case of several says with `serves` which of them the next checks are for.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from attrs import define

from siteproof.conformance.images import MachineImages
from siteproof.conformance.plain import in_order, plain
from siteproof.conformance.trace import RecordedStep
from siteproof.model.nouns.commands import Accepted, Answer, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import Capability

T = TypeVar("T")


class Failed(Exception):  # noqa: N818  (a verdict, not a defect of the program)
    """The subject contradicts a requirement: what was expected, what was seen, and anything that explains it.

    `of` is the requirement's id; by default the one that the running check serves, or none when it did not say.
    """

    def __init__(self, expected: object, actual: object, detail: str = "", of: str = "") -> None:
        """Both values are told in plain words, so that the same failure reads the same in every process."""
        self.of = of or _served()
        self.expected = plain(expected)
        self.actual = plain(actual)
        self.detail = detail
        self.trace: tuple[RecordedStep, ...] = ()  # of a walk that was minimised; otherwise the lab has it
        self.picture: MachineImages | None = None  # the bytes that contradict
        super().__init__(f"expected {self.expected}; actual {self.actual}{f' ({detail})' if detail else ''}")

    def told(self, expected: str, actual: str, detail: str, of: str) -> "Failed":
        """The same contradiction in other words."""
        other = Failed(expected, actual, detail, of)
        other.picture = self.picture
        return other


class Dishonest(Failed):
    """The subject contradicts what it declares of the bench: the capability, what it means, and what was seen."""

    def __init__(self, denied: Capability, expected: str, actual: str) -> None:
        """`expected` and `actual` are one line each."""
        self.denied = denied
        super().__init__(f"{denied.value}, as declared: {expected}", actual)


class Inconclusive(Exception):  # noqa: N818  (a verdict)
    """Nothing was seen that could decide the requirement."""

    def __init__(self, reason: str) -> None:
        """`reason` says what was missing."""
        self.reason = reason
        super().__init__(reason)


class NonStrict(Exception):  # noqa: N818  (a verdict)
    """The letter of a SHOULD is not kept, though nothing is broken."""

    def __init__(self, reason: str) -> None:
        """`reason` says what differs from the letter."""
        self.reason = reason
        super().__init__(reason)


@define
class _Bench:
    """Where checks of the running case leave their witness; `serving` are the ids that the next ones are for.

    `told`: the case has one requirement, or has said which one comes first. Otherwise nobody knows which one a failure
    contradicts, and it speaks of them all.
    """

    witnessed: set[str]
    serving: tuple[str, ...]
    on_bytes: bool
    told: bool


_PASSING = ("time_ms", "rpo_ms")  # they move by themselves where time is real

_BENCH: ContextVar[_Bench | None] = ContextVar("bench", default=None)


@contextmanager
def judging(witnessed: set[str], requires: tuple[str, ...], *, on_bytes: bool = False) -> Iterator[None]:
    """While this is open, checks add what they serve to `witnessed`: all of `requires`, until `serves` is called."""
    token = _BENCH.set(_Bench(witnessed, requires, on_bytes, told=len(requires) == 1))
    try:
        yield
    finally:
        _BENCH.reset(token)


def serves(*requirement_ids: str) -> None:
    """The checks from here on are for these requirements; a failure names the first of them."""
    bench = _BENCH.get()
    if bench is not None:
        bench.serving, bench.told = requirement_ids, True


def _served() -> str:
    bench = _BENCH.get()
    return bench.serving[0] if bench is not None and bench.told else ""


def witness(*, of_bytes: bool = False) -> None:
    """Note that what is served was really seen; checks call it, and a case may, after a look of its own."""
    bench = _BENCH.get()
    if bench is not None and (of_bytes or not bench.on_bytes):
        bench.witnessed.update(bench.serving)


def that(holds: bool, expected: str, actual: object, detail: str = "") -> None:
    """`holds` is true; the other arguments say what a failure prints."""
    if not holds:
        raise Failed(expected, actual, detail)
    witness()


def equal(actual: object, expected: object, what: str) -> None:
    """`actual` is `expected`; `what` names the thing."""
    that(actual == expected, f"{what}: {plain(expected)}", plain(actual))


def at_most(actual: int, bound: int, what: str) -> None:
    """`actual` does not exceed `bound`; `what` carries the unit."""
    that(actual <= bound, f"{what}: at most {bound}", actual)


def at_least(actual: int, bound: int, what: str) -> None:
    """`actual` reaches `bound`; `what` carries the unit."""
    that(actual >= bound, f"{what}: at least {bound}", actual)


def every(items: Iterable[T], holds: Callable[[T], bool], what: str) -> None:
    """`holds` is true of every item; without an item nothing has been seen."""
    seen = in_order(items)
    given(bool(seen), f"nothing to look at: {what}")
    wrong = [item for item in seen if not holds(item)]
    that(not wrong, f"every one of {len(seen)}: {what}", f"{len(wrong)} not, first {plain(wrong[0]) if wrong else ''}")


def accepted(answer: Answer, what: str) -> Accepted:
    """The command was accepted."""
    that(isinstance(answer, Accepted), f"{what} accepted", plain(answer))
    assert isinstance(answer, Accepted)
    return answer


def refused(answer: Answer, codes: Iterable[ErrorCode], what: str) -> None:
    """The command was refused with one of the named errors."""
    allowed = tuple(codes)
    right = isinstance(answer, Refusal) and (not allowed or answer.code in allowed)
    that(right, f"{what} refused with {' or '.join(allowed) or 'a named error'}", plain(answer))


def unchanged(before: Observation, after: Observation, what: str) -> None:
    """Nothing that a subject shows of the machine changed."""
    judged = [name for name in Observation.__annotations__ if name not in _PASSING]
    names = [name for name in judged if getattr(before, name) != getattr(after, name)]
    shown = ", ".join(f"{name}: {plain(getattr(before, name))} → {plain(getattr(after, name))}" for name in names)
    that(not names, f"nothing changes when {what}", shown)


def given(holds: bool, reason: str) -> None:
    """What the check needs is there; otherwise nothing can be decided."""
    if not holds:
        raise Inconclusive(reason)


def should(holds: bool, reason: str) -> None:
    """A SHOULD is kept to the letter; otherwise the subject is non-strict."""
    if not holds:
        raise NonStrict(reason)
    witness()
