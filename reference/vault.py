"""The vault: the catalogue of machines, jobs and events, and the only source of names (seed: Recovery Services vault).

An index, not the truth: bytes and points are in the replicas' logs. Events are bounded, the oldest go first.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event
from siteproof.model.nouns.problem import Problem
from siteproof.reference.jobs import Job
from siteproof.reference.journal import Note, silent
from siteproof.reference.machine import Machine

EVENTS_MAX = 1000
JOBS_MAX = 1000


class Vault:
    """Machines by name, with their jobs and events."""

    def __init__(self, machines: Mapping[str, Machine], note: Note = silent) -> None:
        """A new vault for these machines; `note` writes the journal."""
        self._note = note
        self.machines = dict(machines)
        self.jobs: deque[Job] = deque(maxlen=JOBS_MAX)
        self._events: dict[str, deque[Event]] = {name: deque(maxlen=EVENTS_MAX) for name in machines}
        self._points = 0
        self._jobs = 0

    def machine(self, name: str) -> Machine:
        """The machine of that name, or a Problem."""
        if name not in self.machines:
            known = ", ".join(self.machines) or "none"
            raise Problem(f"no machine {name!r}", f"the scenario has: {known}", "use a machine of the scenario")
        return self.machines[name]

    def next_point(self) -> tuple[str, int]:
        """A name that was never used, and its place in the order of all points."""
        self._points += 1
        return f"cp-{self._points:06d}", self._points

    def next_job(self) -> str:
        """A job name that was never used."""
        self._jobs += 1
        return f"job-{self._jobs:06d}"

    def record(self, machine: Machine, time_ms: int, code: ErrorCode, detail: str = "") -> None:
        """Tell the operator of this machine something, once."""
        self._events[machine.name].append(Event(time_ms, code, machine.name, detail))
        self._note("event", time_ms=time_ms, machine=machine.name, code=code.value, detail=detail)

    def note_job(self, job: Job, time_ms: int) -> None:
        """Write down how a job stands."""
        facts = {"job": job.name, "verb": job.verb.value, "machine": job.machine, "state": job.state.value}
        self._note("job", time_ms=time_ms, **facts)

    def keep(self, machine: Machine, job: Job | None = None) -> None:
        """Something may have become of the machine, or of its job; this vault is memory and has nothing to write."""

    def require(self) -> None:
        """Nothing waits to be written down; StoreFailed when that cannot be done, and no work may begin then."""

    def events(self, machine: Machine) -> tuple[Event, ...]:
        """What was told of the machine, oldest first."""
        return tuple(self._events[machine.name])

    def index(self) -> dict[str, Any]:
        """The catalogue as plain JSON values; it never holds key material or data."""
        return {
            "machines": [_machine_row(machine) for machine in self.machines.values()],
            "jobs": [{"name": job.name, "verb": job.verb.value, "machine": job.machine, "state": job.state.value}
                     for job in self.jobs],
        }  # fmt: skip


def _machine_row(machine: Machine) -> dict[str, Any]:
    return {
        "name": machine.name,
        "protection": machine.regions.protection.value,
        "direction": machine.regions.direction.value,
        "resync": machine.regions.resync.value,
        "generation": machine.generation,
        "retention_minutes": machine.policy.retention_minutes,
        "points": [point.name for point in machine.points],
    }
