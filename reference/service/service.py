"""The service: one appliance over its state directory, in real time, for one process (docs/service.md).

Maintainers keep: every change is in the vault's log when a call returns. Nothing here decides what a command does; the
core under virtual time is the same.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.machine import Machine
from siteproof.reference.scheduler import Scheduler
from siteproof.reference.service import plans, restoring
from siteproof.reference.service.durable_vault import DurableVault
from siteproof.reference.service.facts import MachineFacts, VaultEntry
from siteproof.reference.service.plans import PlanningAppliance
from siteproof.reference.service.state_directory import StateStores, check, config_of
from siteproof.reference.service.vault_log import VaultLog

INDEX = "vault/index.sqlite"

STEPS_AT_ONCE = 32  # frames or records of a copy, before others have their turn
BREATH_SECONDS = 0.0005

Clock = Callable[[], int]


def wall_clock_ms() -> int:
    """Milliseconds since 1970, as this machine believes."""
    return time.time_ns() // 1_000_000


class ServiceScheduler(Scheduler):
    """Real time: what is overdue is done now, once, and counts as done now."""

    def run_due(self, time_ms: int) -> None:
        """Move the clock, never backwards, and do what is due by then."""
        self.now_ms = max(self.now_ms, time_ms)
        self.run_until(self.now_ms)


class Service:
    """An open appliance. One thread at a time drives it, under `guard`; `close` ends it in order."""

    appliance_type: type[PlanningAppliance] = PlanningAppliance

    def __init__(self, root: Path, clock: Clock = wall_clock_ms) -> None:
        """Take the directory's lock and go on where the last process stopped, however it did."""
        self.root = check(root)
        self.guard = threading.RLock()
        self._turn = threading.Condition(self.guard)
        self._closed = False
        self._clock = clock
        self.config = config_of(root)
        policy = self.config.policy
        self.stores = StateStores(root, {})
        try:
            log = VaultLog.open(self.stores.vault, self.stores.kek)
            self.scheduler = ServiceScheduler(max(clock(), log.everything.time_ms))
            machines = {name: self._machine(facts) for name, facts in log.everything.machines.items()}
            self.vault = DurableVault(machines, log, root / INDEX)
            self.appliance = self.appliance_type(self.vault, self.stores, self.scheduler, policy)
            self.appliance.steps = STEPS_AT_ONCE
            self.appliance.kept_plans.scripts = plans.scripts_in(root)
            self._go_on()
        except CorruptLog as damage:
            self.stores.close()
            raise Problem("the vault cannot be believed", str(damage), "put the state directory back") from damage
        except BaseException:
            self.stores.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _machine(self, facts: MachineFacts) -> Machine:
        for name, path in facts.images.items():
            self.stores.site.adopt(name, path)
        return restoring.machine_of(facts, self.stores)

    def _go_on(self) -> None:
        """Streams, marks, jobs and rhythm of every machine; what no vault knows any more is removed."""
        everything = self.vault.log.everything
        self.vault.time_ms = self.scheduler.now_ms
        for job in restoring.unfinished(everything.known, everything.machines):
            self.vault.log.append(VaultEntry(self.vault.time_ms, job=job))
        self.stores.sweep(self._folders(everything.machines))
        plans.hold(self.vault, everything.runs)
        running = restoring.running(everything)
        shared = restoring.shared_works(self.appliance, running)
        for name, facts in everything.machines.items():
            restoring.go_on(self.appliance, self.vault.machines[name], facts, running.get(name), shared.get(name))
        self.appliance.kept_plans.take_up()
        for machine in self.vault.machines.values():
            if machine.stream is not None:
                self.vault.points_given(machine.stream.service.log.standing.last)
        self.vault.fill_index()
        self.keep()

    @staticmethod
    def _folders(machines: dict[str, MachineFacts]) -> set[str]:
        hosts = [host for facts in machines.values() for host in facts.hosts.values()]
        folders = {file.rpartition("/")[0] for host in hosts for file in host.files.values()}
        return folders | {facts.stream.folder for facts in machines.values() if facts.stream is not None}

    # -- time

    def tick(self) -> bool:
        """Do what is due, and some of every copy; called a few times a second, at once again after True."""
        with self.guard:
            for machine in self.vault.machines.values():
                if machine.trusted and machine.stream is not None and machine.stream.agent.is_dirty():
                    self.appliance.replicator.wrote(machine)
            self.now()
            copying = [machine for machine in self.vault.machines.values() if _copies(machine)]
            for machine in copying:
                self.appliance.step(machine)
            self.keep()
            return bool(copying)

    def breathe(self) -> None:
        """Let others have the service for a moment, in the middle of something long; Problem when it was closed."""
        with self.guard:
            self._turn.wait(BREATH_SECONDS)
            if self._closed:
                raise Problem("the appliance ended before it answered", "it was stopped", "ask again")

    def now(self) -> int:
        """Let the clock catch up, with everything that is due on the way."""
        self.vault.time_ms = max(self.vault.time_ms, self._clock())
        self.scheduler.run_due(self.vault.time_ms)
        return self.scheduler.now_ms

    def settle(self) -> None:
        """Bring every job and comparison to its end and replicate what waits."""
        self.appliance.settle(self.breathe)
        self.keep()

    def keep(self) -> None:
        """Write down what has become of every machine."""
        self.vault.require()
        for machine in list(self.vault.machines.values()):
            self.vault.keep(machine)
        self.appliance.kept_plans.keep()

    # -- commands

    def machine(self, name: str) -> Machine:
        """The machine of that name, or a Problem."""
        if name not in self.vault.machines:
            known = ", ".join(self.vault.machines) or "none"
            raise Problem(f"no machine {name!r}", f"this appliance knows: {known}", "siteproof machine list")
        return self.vault.machines[name]

    def do(self, command: Command) -> str:
        """Accept a command as a job and return the job's name; Refused changes nothing."""
        self.machine(command.machine)
        self.now()
        accepted: Accepted = self.appliance.do(command)
        self.keep()
        return accepted.job

    def do_group(self, command: GroupCommand) -> str:
        """Accept a command for all members of a group as one job; Refused changes nothing at any of them."""
        self.now()
        job = self.appliance.groups.do(command).job
        self.keep()
        return job

    def close(self) -> None:
        """Store every bitmap, say so, and let go of the directory; whatever fails is found by the next start."""
        with self.guard:
            self._closed = True
            try:
                self._stop_copies()
                self.appliance.kept_plans.stop()
                self.keep()
                self._store_bitmaps()
                self.vault.stopped(self._marks())
            except StoreFailed:  # not an orderly stop, then: nobody will believe the bitmaps
                with suppress(StoreFailed):
                    self.vault.index_of.close()
            finally:
                self.stores.close()

    def _stop_copies(self) -> None:
        """The next process does the work of their phase again."""
        for machine in self.vault.machines.values():
            if machine.job is not None:
                machine.job.stop()

    def _store_bitmaps(self) -> None:
        for machine in self.vault.machines.values():
            for host in machine.hosts.values():
                with host.guard:
                    for disk in host.disks.values():
                        if disk.capturing:
                            disk.close()

    def _marks(self) -> dict[str, dict[str, tuple[int, int]]]:
        """How the owners' images are left."""
        marks = {}
        for name, images in self.vault.images.items():
            host = self.vault.machines[name].hosts.get(Place.PRIMARY)
            files = set(host.files.values()) if host is not None else set()
            marks[name] = {file: restoring.mark_of(path) for file, path in images.items() if file in files}
        return marks


def _copies(machine: Machine) -> bool:
    return machine.job is not None and machine.job.under_way is not None
