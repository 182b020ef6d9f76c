"""Any log as records: histories of ours as they are, exports of the service and of telemetry by time.

Rule: what a file is follows from what stands in it, never from its name; several exports are one log, because a service
writes jobs, events and machines to different places.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from siteproof.conformance.coverage import record
from siteproof.conformance.coverage.events import Do, ShownState
from siteproof.conformance.coverage.record import RecordedHistory
from siteproof.conformance.exports.documents import Opened, opened
from siteproof.conformance.exports.vault import ExportedVault, vault_of
from siteproof.conformance.logs import service, telemetry
from siteproof.conformance.logs.follow import Placed, Timed, in_order
from siteproof.conformance.logs.service import LogMoment
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import profile_of

HINT = "siteproof coverage --guide describes histories, siteproof audit --guide the exports that can be read"
File = tuple[str, bytes]


@frozen
class FieldLog:
    """Events in order, and under which profile each machine is read."""

    name: str
    events: Sequence[Placed]
    profile_of: Callable[[str], Profile]
    profiles: tuple[Profile, ...]


def logs(files: Sequence[File], provider: str | None, skew_ms: int) -> Iterator[FieldLog]:
    """Each history by itself, and all exports together as one log."""
    exports: list[File] = []
    for name, data in files:
        if record.is_history(data):
            yield _history(record.read(data, name), provider)
        else:
            exports.append((name, data))
    if exports:
        yield _exported(exports, provider, skew_ms)


def records(files: Sequence[File], provider: str | None) -> list[RecordedHistory]:
    """The same for somebody who adds up what was visited: each provider's machines have a record."""
    found: list[RecordedHistory] = []
    for log in logs(files, provider, 0):
        for profile in log.profiles:
            mine = tuple(placed for placed in log.events if _is_of(placed, log, profile))
            found.append(RecordedHistory(log.name, mine, profile))
    return found


def _is_of(placed: Placed, log: FieldLog, profile: Profile) -> bool:
    event = placed[1]
    return not isinstance(event, ShownState | Do) or log.profile_of(event.machine) == profile


def _history(read: RecordedHistory, provider: str | None) -> FieldLog:
    profile = profile_of(ReplicationProvider(provider)) if provider else read.profile
    return FieldLog(read.name, read.events, lambda _machine: profile, (profile,))


def _exported(files: Sequence[File], provider: str | None, skew_ms: int) -> FieldLog:
    chosen = profile_of(ReplicationProvider(provider)) if provider else CORE
    vault = vault_of((), provider)
    found = [each for name, data in files for each in _moments(name, data, vault)]
    if not any(isinstance(each.event, ShownState | Do) for each in found):
        names = ", ".join(name for name, _ in files)
        raise Problem(f"{names} is no log", "no state of a machine and no job of one stands in it", HINT)
    told = {each.event.machine: each.provider for each in found if each.provider and isinstance(each.event, ShownState)}
    profiles: Mapping[str, Profile] = {machine: profile_of(each) for machine, each in told.items()}

    def of(machine: str) -> Profile:
        return profiles.get(machine, chosen)

    machines = {each.event.machine for each in found if isinstance(each.event, ShownState | Do)}
    timed = (Timed(each.at_ms, each.place, each.event) for each in found)
    events = tuple(in_order(timed, skew_ms, of))
    different = tuple({id(profile): profile for profile in map(of, sorted(machines))}.values())
    return FieldLog(" ".join(name for name, _ in files), events, of, tuple(dict.fromkeys(different)))


def _moments(name: str, data: bytes, vault: ExportedVault) -> Iterator[LogMoment]:
    read = opened(data, name)
    for document in read.documents:
        if b'"resourceSpans"' in bytes(memoryview(document.raw)[:4096]):
            value = document.value()
            if telemetry.is_telemetry(value):
                assert isinstance(value, dict)
                yield from telemetry.moments(value, document.place)
                continue
        yield from service.moments(Opened((document,)), vault)
