"""PostgreSQL as a Subject: streaming replication with an archive of the log.

Rule: what `pg_basebackup`, streaming, named restore points, promotion and `pg_rewind` do is claimed for the product;
the schedule, the names of points and the table of commands are the adapter's. The oracle is rows: a block is one.
"""

import shutil
from pathlib import Path

from siteproof.conformance.adapters.frame.product import ForeignProduct
from siteproof.conformance.adapters.frame.scratch import ScratchFolder
from siteproof.conformance.adapters.frame.subject import FrameSubject
from siteproof.conformance.adapters.postgres import server
from siteproof.conformance.adapters.postgres.machine import PostgresMachine
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, During, Provider

# fmt: off
CAPABILITIES: dict[Capability, Provider] = {
    Capability.INITIAL_REPLICATION: Provider.PRODUCT,  # pg_basebackup
    Capability.DELTA:               Provider.PRODUCT,  # streaming
    Capability.CRASH_POINTS:        Provider.PRODUCT,  # pg_create_restore_point; the adapter names the instants
    Capability.OLDER_POINTS:        Provider.PRODUCT,  # recovery_target_name
    Capability.TOTAL_ORDER:         Provider.PRODUCT,  # one log
    Capability.DISCARD:             Provider.PRODUCT,  # DELETE
    Capability.TEST_FAILOVER:       Provider.PRODUCT,  # a server recovered to a point
    Capability.FAILOVER:            Provider.PRODUCT,  # a fast shutdown and pg_promote, or pg_promote alone
    Capability.CHANGE_POINT:        Provider.PRODUCT,  # the same recovery, in place
    Capability.REPROTECT:           Provider.PRODUCT,  # pg_rewind
    Capability.FAILBACK:            Provider.PRODUCT,
    Capability.COMMIT:              Provider.ADAPTER,
    Capability.MIGRATION:           Provider.ADAPTER,
    Capability.LIFECYCLE:           Provider.ADAPTER,
    Capability.WATERMARKS:          Provider.ADAPTER,
    Capability.BYTE_COUNTS:         Provider.ADAPTER,
    Capability.VIRTUAL_CLOCK:       Provider.ADAPTER,
    Capability.LINK_FAULTS:         Provider.ADAPTER,
    Capability.TARGET_FAULTS:       Provider.ADAPTER,  # the standby's server is killed and started again
    Capability.DURING:              Provider.ADAPTER,
}
# fmt: on
SLOW_BYTES = 2_000_000  # per second, while something is to happen at a number of bytes


def streaming() -> "PostgresSubject":
    """Streaming with an archive; Problem (exit 3) when PostgreSQL is missing."""
    return PostgresSubject()


class PostgresSubject(FrameSubject):
    """A pair of servers per machine, on copies of one empty database."""

    def __init__(self) -> None:
        """Nothing is started before `reset`; Problem (exit 3) when PostgreSQL is missing."""
        super().__init__()
        self._version = server.version()
        self._scratch: ScratchFolder | None = None
        self._template = Path()
        self._mine: list[PostgresMachine] = []
        self._resets = 0

    def describe(self) -> Description:
        """See FrameSubject."""
        parameters = {
            "postgresql": self._version,
            "oracle": "rows: a block is one, a disk is what a query says",
            "archive": "at the recovery site, filled from what was streamed",
            **{name: server.SHARED[name] for name in server.TOLD},
        }
        name = "PostgreSQL streaming replication"
        return Description(name, self._version, CAPABILITIES, parameters=parameters, ours=True)

    def begin(self, scenario: Scenario) -> None:
        """See FrameSubject."""
        del scenario
        self._forget()
        if self._scratch is None:
            self._scratch = ScratchFolder("siteproof-postgres-", in_memory=True)
            self._template = server.initialised(self._scratch.path)
        self._resets += 1

    def make(self, index: int, spec: MachineSpec) -> ForeignProduct:
        """See FrameSubject."""
        assert self._scratch is not None, "begin has been called"
        folder = server.owned(self._scratch.path / f"{self._resets}-{index}")
        self._mine.append(PostgresMachine(folder, self._template, spec.disks))
        return self._mine[-1]

    def arrange(self, during: tuple[During, ...]) -> None:
        """See FrameSubject; what is to be struck at a number of bytes travels at a rate at which it can be."""
        slow = any(each.after_bytes is not None for each in during)
        for machine in self._mine:
            machine.slow(SLOW_BYTES if slow else 0)
        super().arrange(during)

    def end(self) -> None:
        """See FrameSubject."""
        self._forget()
        if self._scratch is not None:
            self._scratch.release()
        self._scratch = None

    def _forget(self) -> None:
        for machine in self._mine:
            machine.close()
            shutil.rmtree(machine.folder, ignore_errors=True)
        self._mine = []
