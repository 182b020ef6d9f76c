"""Oracles of time and of events: the subject's clock and what it has told the operator.

Rule: time is the subject's; on a virtual clock it moves by `advance` alone, and exactly so far.
"""

from collections import Counter
from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.observation import Event
from siteproof.model.nouns.subject import Capability

C = Capability


@oracle("SP-ERR-2", C.VIRTUAL_CLOCK)
def time_passes_in_advance_only(look: Look) -> Iterator[Wrong]:
    """A virtual clock moves by what advance was given, and by nothing else."""
    if look.before is None:
        return
    passed = look.now.time_ms - look.before.time_ms
    if passed != look.elapsed_ms:
        yield Wrong(f"{look.elapsed_ms} ms pass", f"{passed} ms passed", denies=C.VIRTUAL_CLOCK)


@oracle("SP-ERR-2")
def time_never_goes_back(look: Look) -> Iterator[Wrong]:
    """The time of an observation is never before that of an earlier one."""
    if look.before is not None and look.now.time_ms < look.before.time_ms:
        yield Wrong(f"a time from {look.before.time_ms} ms on", f"{look.now.time_ms} ms")


@oracle("SP-ERR-2")
def events_are_dated_and_addressed(look: Look) -> Iterator[Wrong]:
    """A new event names this machine and a time since the last look."""
    since = look.before.time_ms if look.before is not None else 0
    for event in new_events(look):
        if event.machine != look.now.machine:
            yield Wrong(f"an event of {look.now.machine}", f"{event.code.value} of {event.machine}")
        if not since <= event.time_ms <= look.now.time_ms:
            shown = f"{event.code.value} at {event.time_ms} ms"
            yield Wrong(f"an event between {since} and {look.now.time_ms} ms", shown)


@oracle("SP-ERR-2")
def events_are_never_taken_back(look: Look) -> Iterator[Wrong]:
    """What was told stays told; a bounded list may drop its oldest events."""
    if look.before is None or look.before.events == look.now.events:
        return
    gone = Counter(look.before.events) - Counter(look.now.events)
    oldest = min((event.time_ms for event in look.now.events), default=None)
    for event in gone:
        if oldest is None or event.time_ms > oldest:
            yield Wrong(f"the event {event.code.value} of {event.time_ms} ms still listed", "it is gone")


def new_events(look: Look) -> list[Event]:
    """The events that the last look did not show."""
    if look.before is not None and look.before.events == look.now.events:
        return []
    known = Counter(look.before.events) if look.before is not None else Counter[Event]()
    return list((Counter(look.now.events) - known).elements())


ORACLES: tuple[Oracle, ...] = (
    time_passes_in_advance_only,
    time_never_goes_back,
    events_are_dated_and_addressed,
    events_are_never_taken_back,
)
