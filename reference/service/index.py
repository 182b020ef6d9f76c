"""The index: machines, points, jobs and events in SQLite, for whoever lists and searches (docs/service.md).

Maintainers keep: it is written behind the vault's log and made anew at every start; whoever deletes it loses nothing.
Where the file cannot be written it goes on in memory. Only `index.sqlite` is touched here (wall 4).
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from siteproof.model.nouns.observation import Event
from siteproof.reference.points import StoredPoint
from siteproof.reference.service.facts import Everything, JobFacts, MachineFacts

SCHEMA = """
CREATE TABLE machines (name TEXT PRIMARY KEY, protection TEXT NOT NULL, direction TEXT NOT NULL, active TEXT NOT NULL,
    drill TEXT NOT NULL, resync TEXT NOT NULL, generation INTEGER NOT NULL, retention_minutes INTEGER NOT NULL,
    app_consistent_minutes INTEGER NOT NULL, rpo_threshold_minutes INTEGER NOT NULL, job TEXT NOT NULL) STRICT;
CREATE TABLE points (machine TEXT NOT NULL, sequence INTEGER NOT NULL, name TEXT NOT NULL, consistency TEXT NOT NULL,
    born_ms INTEGER NOT NULL, taken_at_ms INTEGER NOT NULL, PRIMARY KEY (machine, name)) STRICT;
CREATE TABLE jobs (name TEXT NOT NULL, machine TEXT NOT NULL, verb TEXT NOT NULL, started_ms INTEGER NOT NULL,
    phase INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (name, machine)) STRICT;
CREATE TABLE events (machine TEXT NOT NULL, time_ms INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
"""


MEMORY = ":memory:"


def _made(place: str) -> sqlite3.Connection:
    base = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    base.executescript(f"PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; {SCHEMA}")
    return base


class Index:
    """The file at `path`, which is replaced."""

    def __init__(self, path: Path, refill: Callable[[], None]) -> None:
        """Empty; `refill` calls `rebuild`, and is called again when the file is lost."""
        self._refill = refill
        self.in_memory = False
        for name in (path, path.with_name(f"{path.name}-journal")):
            with suppress(FileNotFoundError):
                name.unlink()
        try:
            self._base = _made(str(path))
            path.chmod(0o600)
        except (sqlite3.Error, OSError):
            self._base, self.in_memory = _made(MEMORY), True

    def _written(self, write: Callable[[], None]) -> None:
        """Do it; a file that takes no more is left behind, and everything is said again in memory."""
        try:
            write()
        except sqlite3.Error:
            if self.in_memory:
                raise
            with suppress(sqlite3.Error):
                self._base.close()
            self._base, self.in_memory = _made(MEMORY), True
            self._refill()

    def rebuild(self, everything: Everything, points: Mapping[str, Iterable[StoredPoint]]) -> None:
        """Everything of the vault, and the points of the machines' logs."""
        self._written(lambda: self._rebuild(everything, points))

    def _rebuild(self, everything: Everything, points: Mapping[str, Iterable[StoredPoint]]) -> None:
        self._base.execute("BEGIN")
        for table in ("machines", "points", "jobs", "events"):
            self._base.execute(f"DELETE FROM {table}")  # noqa: S608  (names of our own)
        for name, facts in everything.machines.items():
            self._machine(facts, points.get(name, ()))
        for job in everything.known.values():
            self._job(job)
        for told in everything.events.values():
            for event in told:
                self._event(event)
        self._base.execute("COMMIT")

    def machine(self, facts: MachineFacts, points: Iterable[StoredPoint]) -> None:
        """How a machine is now, and its points."""
        self._written(lambda: self._machine(facts, points))

    def _machine(self, facts: MachineFacts, points: Iterable[StoredPoint]) -> None:
        name, regions, policy = facts.spec.name, facts.regions, facts.policy
        states = (regions.protection, regions.direction, regions.active, regions.test_failover, regions.resync)
        kept = (policy.retention_minutes, policy.app_consistent_minutes, policy.rpo_threshold_minutes)
        row = (name, *(state.value for state in states), facts.generation, *kept, facts.job)
        self._base.execute("INSERT OR REPLACE INTO machines VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
        self._base.execute("DELETE FROM points WHERE machine = ?", (name,))
        rows = [(name, p.sequence, p.name, p.consistency.value, p.born_ms, p.taken_at_ms) for p in points]
        self._base.executemany("INSERT INTO points VALUES (?,?,?,?,?,?)", rows)

    def remove(self, machine: str) -> None:
        """A machine that is not known any more."""

        def remove() -> None:
            self._base.execute("DELETE FROM machines WHERE name = ?", (machine,))
            self._base.execute("DELETE FROM points WHERE machine = ?", (machine,))
            self._base.execute("DELETE FROM events WHERE machine = ?", (machine,))

        self._written(remove)

    def job(self, job: JobFacts) -> None:
        """How a job stands."""
        self._written(lambda: self._job(job))

    def _job(self, job: JobFacts) -> None:
        row = (job.name, job.machine, job.command.verb.value, job.started_ms, job.phase, job.state.value)
        self._base.execute("INSERT OR REPLACE INTO jobs VALUES (?,?,?,?,?,?)", row)

    def event(self, event: Event) -> None:
        """Something that was told."""
        self._written(lambda: self._event(event))

    def _event(self, event: Event) -> None:
        row = (event.machine, event.time_ms, event.code.value, event.detail)
        self._base.execute("INSERT INTO events VALUES (?,?,?,?)", row)

    def rows(self, table: str, machine: str = "") -> list[dict[str, object]]:
        """All rows of a table in order, of one machine or of all."""
        key = {"machines": "name", "points": "sequence", "jobs": "name", "events": "rowid"}[table]
        column = "name" if table == "machines" else "machine"
        found = self._base.execute(
            f"SELECT * FROM {table} WHERE ? = '' OR {column} = ? ORDER BY {key}",  # noqa: S608  (names of our own)
            (machine, machine),
        )
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        """The file stays."""
        self._base.close()
