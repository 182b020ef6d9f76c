"""What the auditor judges once: a look that shows, and can explain, nothing new."""

from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Verb
from tests.auditor.tape import NAME, Tape


def noting(heard: list[Look]) -> Oracle:
    """An oracle that keeps every look it was asked about."""

    @oracle("SP-LC-1")
    def notes(look: Look) -> Iterator[Wrong]:
        """Nothing is wrong."""
        heard.append(look)
        yield from ()

    return notes


def test_the_same_look_is_judged_once() -> None:
    """A machine that shows what it showed, with no call since, is not judged again; any difference is."""
    heard: list[Look] = []
    tape = Tape([noting(heard)])
    known = len(heard)
    tape.look().look()
    assert len(heard) == known
    tape.look(bytes_sent=1)
    assert len(heard) == known + 1


def test_a_call_makes_the_same_look_news() -> None:
    """After any call that concerns the machine, one that was refused or only reads too, it is judged as it stands."""
    heard: list[Look] = []
    tape = Tape([noting(heard)])
    known = len(heard)
    tape.refuses(Verb.COMMIT, ErrorCode.OPERATION_CONFLICT).look()
    assert len(heard) == known + 1
    tape.watch.call("restore", NAME, "p1")
    tape.look()
    assert len(heard) == known + 2
    tape.watch.advance(0)
    tape.look()
    assert [len(look.calls) for look in heard[known:]] == [1, 1, 1]
