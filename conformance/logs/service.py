"""The service's own records as a history: jobs are commands, machines that were exported are states, by time.

Rule: a job says that its command was accepted, and not how it ended: the next state tells. What runs on a plan or on
the vault names no machine, so it only lets time pass.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from siteproof.conformance.coverage.events import Do, Event, Passes
from siteproof.conformance.exports.documents import Opened
from siteproof.conformance.exports.machines import running, state_of_machine
from siteproof.conformance.exports.things import Thing, ThingKind, thing
from siteproof.conformance.exports.vault import ExportedVault, inner
from siteproof.conformance.exports.words import bare, verb_of
from siteproof.model.nouns.provider import ReplicationProvider

STARTED = {"started", "inprogress", "notstarted", ""}
MACHINES = {"", "protecteditem", "protectionentity", "replicationprotecteditem", "virtualmachine"}


class LogMoment(NamedTuple):
    """Something that happened: when (ms since 1970; 0 when nobody says), where it stands, and what it was."""

    at_ms: int
    place: str
    event: Event
    provider: ReplicationProvider | None = None


def moments(opened: Opened, vault: ExportedVault) -> Iterator[LogMoment]:
    """What the objects of an export say, in the order of the file; `vault` knows which provider was chosen."""
    for document in opened.documents:
        read = thing(document.value(), document.place)
        if read.kind is ThingKind.MACHINE:
            yield _state(read, vault)
        elif read.kind is ThingKind.JOB:
            yield _job(read)
        elif read.kind is ThingKind.EVENT:
            yield _event(read)


def _state(machine: Thing, vault: ExportedVault) -> LogMoment:
    """What it showed; an empty list of commands says nothing while a job runs."""
    state, provider = state_of_machine(machine, vault), vault.provider(machine)
    if not state.allowed and running(machine):
        state = msgspec.structs.replace(state, allowed=None)
    stamps = (machine.when(name) or 0 for name in ("lastRpoCalculatedTime", "lastHeartbeat"))
    heard = inner(machine, "mobilityAgentDetails").when("lastHeartbeatUtc") or 0
    begun = inner(machine, "currentScenario").when("startTime") or 0
    failed_over = machine.when("lastSuccessfulFailoverTime") or 0
    at = max(heard, begun, failed_over, *stamps)
    return LogMoment(at, machine.place, state, provider.name if provider is not None else None)


def _job(job: Thing) -> LogMoment:
    verb = verb_of(job.text("scenarioName") or job.text("jobType") or "")
    of_machine = bare(job.text("targetInstanceType") or job.text("targetObjectType") or "") in MACHINES
    at, name = job.when("startTime") or 0, job.text("targetObjectName") or ""
    if verb is None or not (of_machine and name):
        return LogMoment(at, job.place, Passes(job.text("scenarioName") or ""))
    return LogMoment(at, job.place, Do(verb, name))


def _event(event: Thing) -> LogMoment:
    """The beginning of a job is a command; everything else says that time has passed."""
    at, details = event.when("timeOfOccurrence") or 0, inner(event, "eventSpecificDetails")
    verb, name = verb_of(details.text("jobFriendlyName") or ""), event.text("affectedObjectFriendlyName")
    if verb is None or name is None or bare(details.text("jobStatus") or "") not in STARTED:
        return LogMoment(at, event.place, Passes(event.text("description") or ""))
    return LogMoment(at, event.place, Do(verb, name))
